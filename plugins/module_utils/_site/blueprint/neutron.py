"""neutron: the server on the control hosts, and the agents wherever traffic passes."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from . import endpoint, part, privilege, tap, uwsgi
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

CONF = "/etc/neutron/neutron.conf"
ML2 = "/etc/neutron/plugins/ml2/ml2_conf.ini"
OVS = "/etc/neutron/plugins/ml2/openvswitch_agent.ini"
PHYSICAL_NETWORK = "external"
_WEB: dict[str, Any] = {"start-time": "%t", "paste": "config:/etc/neutron/api-paste.ini"}
_PLUGGING = ("neutron-openvswitch-agent", "neutron-l3-agent", "neutron-dhcp-agent")
_BACKENDS = ("mariadb.service", "rabbitmq-server.service", "keystone.service")


def _shared_options(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return what the server and every agent read."""
    return {
        "DEFAULT": {
            "host": host.name,
            "core_plugin": "ml2",
            "service_plugins": "router,metering,qos",
            "transport_url": endpoint.broker(site, part.neutron_user(host)),
            "rpc_ping_enabled": True,
            "interface_driver": "openvswitch",
            "log_dir": "/var/log/neutron",
        },
        "agent": {
            "root_helper": "sudo neutron-rootwrap /etc/neutron/rootwrap.conf",
            "root_helper_daemon": "sudo neutron-rootwrap-daemon /etc/neutron/rootwrap.conf",
        },
        "oslo_concurrency": {"lock_path": "/var/lock/neutron"},
        "oslo_messaging_rabbit": part.rabbit(),
        "oslo_policy": {"policy_dirs": "/etc/neutron/policy.d"},
    }


def _server(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return what only the server reads: the database and the account that tells Nova of ports are on no other host."""
    return part.merge(
        {
            "DEFAULT": {
                "auth_strategy": "keystone",
                "notify_nova_on_port_status_changes": True,
                "notify_nova_on_port_data_changes": True,
                "allow_automatic_dhcp_failover": True,
                "rpc_workers": 1,
                "rpc_state_report_workers": 1,
            },
            "database": {"connection": endpoint.database(site, "neutron", "neutron")},
            "keystone_authtoken": part.authtoken(site, "neutron"),
            "nova": {**part.identity(site, "neutron"), "endpoint_type": "internal"},
            "placement": part.identity(site, "neutron"),
        },
        part.overrides(host, "neutron", "server"),
    )


def _policy() -> dict[str, Any]:
    """Return neutron's defaults, widened for Nova's account where they would have it be an administrator.

    Without, Nova plugs no port of others, forgets the addresses of its servers, and knows no physical network.
    """
    service, own = "rule:admin_only or rule:service_api", "project_id:%(project_id)s"
    wide = {
        "create_port:device_id": f"{service} or (role:member and {own})",
        "update_port:device_id": f"{service} or (role:member and {own})",
        "get_floatingip": f"{service} or (role:reader and {own})",
        "get_subnet": f"{service} or (role:reader and {own}) or (role:reader and rule:network_owner) or rule:shared"
        " or rule:external_network",
        "get_network:provider:network_type": service,
        "get_network:provider:physical_network": service,
    }
    rules = "".join(f'"{name}": "{rule}"\n' for name, rule in wide.items())
    return part.text(
        "/etc/neutron/policy.d/50-novaform.yaml", f"# Written by Novaform.\n{rules}", "0640", group="neutron"
    )


def _options(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return the whole neutron.conf of a host."""
    server = _server(site, host) if "control" in host.roles else {}
    return part.merge(_shared_options(site, host), server, part.overrides(host, "neutron", "all"))


def server(site: Site, host: Host) -> dict[str, Any]:
    """Return neutron's API, its RPC server and its periodic work."""
    ml2 = {
        "ml2": {
            "type_drivers": "flat,vlan,vxlan",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "openvswitch,l2population",
            "extension_drivers": "port_security,qos",
        },
        "ml2_type_flat": {"flat_networks": PHYSICAL_NETWORK},
        "ml2_type_vxlan": {"vni_ranges": "1:65535"},
        "securitygroup": {"enable_security_group": True, "enable_ipset": True},
    }
    conf, plugin = part.ini(CONF, _options(site, host), "neutron"), part.ini(ML2, ml2, "neutron")
    web = uwsgi.uwsgi("neutron", "neutron-api", "/usr/bin/neutron-api", sites.workers(site, host), **_WEB)
    policy = _policy()
    names = ("neutron-api", "neutron-rpc-server")
    dropins = [part.survive(name, _BACKENDS) for name in names]
    read = {CONF: part.merge(_shared_options(site, host), _server(site, host)), ML2: ml2}
    return {
        "name": "neutron_server",
        "packages": list(names),
        "files": [*privilege.neutron(host), conf, plugin, web, policy, *dropins],
        "databases": part.databases(site, "neutron", "neutron"),
        "migrations": [{"name": "neutron", "connection": endpoint.database(site, "neutron", "neutron")}],
        "units": [
            part.unit(name, read, web["path"], policy["path"], dropin["path"]) for name, dropin in zip(names, dropins)
        ],
        "catalog": {
            **part.catalog(site, "neutron", "network", "OpenStack Networking"),
            "users": part.accounts("neutron", part.EVENTS_ROLE),
        },
        "ports": [part.port(endpoint.PORTS["neutron"], "neutron_server", part.ANYBODY)],
        "proofs": [*({"unit": f"{name}.service"} for name in names), *_server_proofs(site, host)],
        "networks": _networks(site),
    }


def _server_proofs(site: Site, host: Host) -> list[dict[str, Any]]:
    return [
        part.database_proof(site, "neutron", "neutron"),
        part.api_proof(site, "neutron", "network", "/networks?limit=1", "neutron-api"),
        part.ping_proof(site, "neutron", f"q-plugin.{host.name}", "neutron-rpc-server"),
    ]


def _networks(site: Site) -> dict[str, Any]:
    """Return the way outside that cloud.yml declares; nothing when it declares none."""
    cloud = site.cloud
    if not cloud.external_cidr:
        return {}
    subnet = {"cidr": cloud.external_cidr, "gateway": cloud.external_gateway, "pool": list(cloud.external_pool)}
    network = {"name": PHYSICAL_NETWORK, "type": "flat", "physical_network": PHYSICAL_NETWORK, "subnet": subnet}
    return {"auth": part.administrator(site), "region": cloud.region, "networks": [network]}


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


def _bridges(site: Site, host: Host) -> list[dict[str, Any]]:
    bridges = [{"name": "br-int", "datapath": host.datapath, "ports": []}]
    if bridges_outside(site, host):
        ports = [site.cloud.external_interface] if site.cloud.external_interface else []
        bridges.append({"name": "br-ex", "datapath": host.datapath, "ports": ports})
    return bridges


def programs(host: Host) -> list[str]:
    """Return the agents of a host, which report to neutron."""
    switch = ["neutron-openvswitch-agent"] if host.roles & {"network", "compute"} else []
    network = ["neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"] if "network" in host.roles else []
    return switch + network


def _agent_files(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return ``{agent: {path: options}}`` for every agent of the host."""
    mappings = f"{PHYSICAL_NETWORK}:br-ex" if "network" in host.roles else ""
    switch = part.merge(
        {
            "ovs": {"datapath_type": host.datapath, "local_ip": tunnel(host), "bridge_mappings": mappings},
            "agent": {"tunnel_types": "vxlan", "l2_population": True},
            "securitygroup": {"firewall_driver": "openvswitch", "enable_security_group": True},
        },
        part.overrides(host, "neutron", "agent"),
    )
    agents: dict[str, dict[str, Any]] = {"neutron-openvswitch-agent": {OVS: switch}}
    if "network" in host.roles:
        agents["neutron-l3-agent"] = {"/etc/neutron/l3_agent.ini": part.overrides(host, "neutron", "l3")}
        dhcp = part.merge({"DEFAULT": {"enable_isolated_metadata": True}}, part.overrides(host, "neutron", "dhcp"))
        agents["neutron-dhcp-agent"] = {"/etc/neutron/dhcp_agent.ini": dhcp}
        metadata = {
            "nova_metadata_host": endpoint.control_address(site),
            "nova_metadata_port": endpoint.PORTS["metadata"],
            "nova_metadata_protocol": endpoint.SCHEME,
            "metadata_proxy_shared_secret": "<secret:metadata_proxy>",
            "metadata_workers": 1,
        }
        agents["neutron-metadata-agent"] = {
            "/etc/neutron/metadata_agent.ini": part.merge(
                {"DEFAULT": metadata}, part.overrides(host, "neutron", "metadata")
            )
        }
    return agents


def _inner(read: dict[str, dict[str, Any]]) -> str:
    """Return the bridge into which guests, routers and DHCP are plugged."""
    return str(read["ovs"].get("integration_bridge", "br-int"))


def _programmed_bridges(read: dict[str, dict[str, Any]]) -> list[str]:
    """Return the bridges that the switch's agent programs, by the options that it reads."""
    tunnels = [str(read["ovs"].get("tunnel_bridge", "br-tun"))] if read["agent"]["tunnel_types"] else []
    mapped = (one.partition(":")[2].strip() for one in str(read["ovs"]["bridge_mappings"]).split(","))
    return [_inner(read), *tunnels, *filter(None, mapped)]


def _agent_proofs(site: Site, host: Host, agents: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what only a working agent does: it answers on its own queue, and for metadata on its socket, too."""
    topics = {
        "neutron-openvswitch-agent": "q-agent-notifier-tunnel-update",
        "neutron-l3-agent": "l3_agent",
        "neutron-dhcp-agent": "dhcp_agent",
    }
    user = part.neutron_user(host)
    proofs = [
        part.broker_proof(site, user),
        *(part.ping_proof(site, user, f"{topics[name]}.{host.name}", name) for name in agents if name in topics),
    ]
    proofs.append(
        {
            "what": "the network in Open vSwitch",
            "switch": _programmed_bridges(agents["neutron-openvswitch-agent"][OVS]),
            "unit": "neutron-openvswitch-agent.service",
        }
    )
    metadata = agents.get("neutron-metadata-agent")
    if metadata is not None:
        read = metadata["/etc/neutron/metadata_agent.ini"]["DEFAULT"]
        place = f"{read['nova_metadata_protocol']}://{read['nova_metadata_host']}:{read['nova_metadata_port']}"
        secret = read["metadata_proxy_shared_secret"]
        proofs += [
            {"what": "metadata", "metadata": place, "secret": secret},
            {
                "what": "metadata by neutron's agent",
                "metadata_agent": "/var/lib/neutron/metadata_proxy",
                "unit": "neutron-metadata-agent.service",
            },
        ]
    return proofs


def agent(site: Site, host: Host) -> dict[str, Any]:
    """Return the switch of a host and the agents that program it; routers, DHCP and metadata on network hosts."""
    conf = part.ini(CONF, _options(site, host), "neutron")
    agents = _agent_files(site, host)
    files, units = [*privilege.neutron(host), conf], []
    for name, read in agents.items():
        dropin = part.survive(name, (*_BACKENDS, "openvswitch-switch.service"))
        files += [*(part.ini(path, sections, "neutron") for path, sections in read.items()), dropin]
        unit = part.unit(name, {CONF: _shared_options(site, host), **read}, dropin["path"])
        units.append(
            {**unit, "bridges": [_inner(agents["neutron-openvswitch-agent"][OVS])]} if name in _PLUGGING else unit
        )
    other = {}
    if host.datapath == "netdev":
        other = {"userspace-tso-enable": "true"}
        kept, keeper = tap.keeper()
        files += kept
        units.append(keeper)
    rule = {
        "port": endpoint.VXLAN_PORT,
        "proto": "udp",
        "sources": [tunnel(one) for one in site.hosts],
        "comment": "neutron_agent",
    }
    return {
        "name": "neutron_agent",
        "packages": ["openvswitch-switch", *agents],
        "files": files,
        "bridges": {"bridges": _bridges(site, host), "other_config": other},
        "units": units,
        "ports": [rule],
        "proofs": [{"unit": unit["name"]} for unit in units] + _agent_proofs(site, host, agents),
    }
