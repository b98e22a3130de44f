"""What neutron's server and the agents of each host are told."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..component import neutron_server, shared
from ..component.neutron_agent import Metadata, NeutronAgentOptions
from ..component.neutron_server import ExternalNetwork, NeutronServerOptions
from . import endpoint, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

_SERVER = ("all", "server")
_AGENT = ("all", "agent")
_NETWORK = ("l3", "dhcp", "metadata")


def server(site: Site, host: Host) -> NeutronServerOptions:
    """Return what neutron's server is told."""
    cloud = site.cloud
    outside = ExternalNetwork(
        cidr=cloud.external_cidr, gateway=cloud.external_gateway or None, pool=cloud.external_pool
    )
    return NeutronServerOptions(
        host=host.name,
        url=endpoint.url(site, "neutron"),
        database=reach.database(site, "neutron"),
        broker=reach.broker(site, reach.neutron_user(host)),
        identity=reach.identity(site, "neutron"),
        nova=reach.identity(site, "nova"),
        token_cache_key=reach.token_cache_key("neutron"),
        admin_password=reach.ADMIN,
        external=outside if cloud.external_cidr else None,
        agents=tuple(role for role in ("network", "compute") if role in host.roles),
        workers=sites.workers(site, host),
        config=reach.configs(host, "neutron", *_SERVER),
    )


def server_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches neutron."""
    return [reach.port(endpoint.PORTS["neutron"], "neutron_server", reach.ANYBODY)]


def tunnel(host: Host) -> str:
    """Return where other hosts send what their guests say to this host's."""
    return host.tunnel_address or host.address


def tunnels_outside(site: Site, host: Host) -> bool:
    """Say whether the tunnels' address is one of the external network, hence on its bridge.

    That is the way of a switch in user space, which sends tunnels only by a bridge that has their address.
    """
    cidr = site.cloud.external_cidr
    return bool(cidr and host.tunnel_address) and (
        ipaddress.ip_address(host.tunnel_address) in ipaddress.ip_network(cidr, strict=False)
    )


def bridges_outside(site: Site, host: Host) -> bool:
    """Say whether the host has a bridge to the external network."""
    return "network" in host.roles or tunnels_outside(site, host)


def programs(host: Host) -> list[str]:
    """Return the agents of a host, which report to neutron."""
    switch = ["neutron-openvswitch-agent"] if host.roles & {"network", "compute"} else []
    network = ["neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"] if "network" in host.roles else []
    return switch + network


def agent(site: Site, host: Host) -> NeutronAgentOptions:
    """Return what the switch of a host and its agents are told; a network host carries the network."""
    proxy = Metadata(url=endpoint.url(site, "metadata", ""), secret=secret.placeholder(shared.METADATA))
    return NeutronAgentOptions(
        host=host.name,
        tunnel_address=tunnel(host),
        broker=reach.broker(site, reach.neutron_user(host)),
        metadata=proxy if "network" in host.roles else None,
        external_bridge=tunnels_outside(site, host),
        external_interface=site.cloud.external_interface or None,
        datapath=host.datapath,
        compute="compute" in host.roles,
        config=reach.configs(host, "neutron", *_AGENT, *(_NETWORK if "network" in host.roles else ())),
        beside=neutron_server.reads(server(site, host)) if "control" in host.roles else None,
    )


def agent_ports(site: Site, _: Host) -> list[dict[str, Any]]:
    """Return who reaches the tunnels of a host: every other."""
    sources = [tunnel(one) for one in site.hosts]
    return [{**reach.port(endpoint.VXLAN_PORT, "neutron_agent", sources), "proto": "udp"}]
