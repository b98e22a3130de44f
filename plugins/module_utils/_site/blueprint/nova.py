"""What Nova's services on control and compute hosts are told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..component import nova as component
from ..component import nova_compute, shared
from ..component.nova import SERVICES, NovaOptions
from ..component.nova_cell import CellHostOptions
from ..component.nova_compute import Migration, NovaComputeOptions, Peer
from . import endpoint, neutron, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site


def control(site: Site, host: Host) -> NovaOptions:
    """Return what all of Nova's services on a control host are told."""
    both = "compute" in host.roles
    return NovaOptions(
        host=host.name,
        address=host.address,
        database=reach.database(site, "nova"),
        broker=reach.broker(site, reach.nova_user(host)),
        identity=reach.identity(site, reach.nova_user(host)),
        token_cache_key=reach.token_cache_key("nova"),
        metadata_secret=secret.placeholder(shared.METADATA),
        api_url=endpoint.url(site, "nova"),
        metadata_url=endpoint.url(site, "metadata", "/"),
        console_url=endpoint.console_url(site),
        workers=sites.workers(site, host),
        allow_resize_to_same_host=_alone(site),
        compute=both,
        config=reach.configs(host, "nova", "all", *SERVICES),
        beside=nova_compute.reads(_hypervisor(site, host)) if both else None,
    )


def api(site: Site, host: Host) -> NovaOptions:
    """Return what nova-api is told: like the others, and how to put Nova into the catalog."""
    return dataclasses.replace(control(site, host), admin_password=reach.ADMIN)


def api_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches nova-api."""
    return [reach.port(endpoint.PORTS["nova"], "nova_api", reach.ANYBODY)]


def metadata_ports(site: Site, _: Host) -> list[dict[str, Any]]:
    """Return who reaches the metadata service: neutron's proxy."""
    network = [one.address for one in site.having("network")]
    return [reach.port(endpoint.PORTS["metadata"], "nova_metadata", network)]


def console_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches the noVNC proxy."""
    return [reach.port(endpoint.PORTS["novnc"], "nova_console", reach.ANYBODY)]


def cell_host(site: Site, _: Host) -> CellHostOptions:
    """Return which compute hosts belong to the cell; one that is away is mapped later."""
    return CellHostOptions(
        database=reach.database(site, "nova"),
        keystone_url=endpoint.url(site, "keystone"),
        admin_password=reach.ADMIN,
        region=site.cloud.region,
        compute_hosts=tuple(one.name for one in site.having("compute") if not one.away),
        programs={one.name: [*_programs(one), *neutron.programs(one)] for one in site.hosts},
    )


def _programs(host: Host) -> list[str]:
    """Return the Nova services of a host that report to Nova."""
    there = (SERVICES if "control" in host.roles else ()) + (("compute",) if "compute" in host.roles else ())
    return [f"nova-{one}" for one in there if one in ("conductor", "scheduler", "compute")]


def _alone(site: Site) -> bool:
    """Say whether no guest can move, for there is one compute host."""
    return len(site.having("compute")) == 1


def _hypervisor(site: Site, host: Host) -> NovaComputeOptions:
    """Return what nova-compute is told, whatever else runs on its host."""
    cloud = site.cloud
    key, public = (secret.placeholder(name) for name in ("migration_ssh_key", "migration_ssh_public"))
    return NovaComputeOptions(
        host=host.name,
        address=host.address,
        broker=reach.broker(site, reach.nova_user(host)),
        identity=reach.identity(site, reach.nova_user(host)),
        console_url=endpoint.console_url(site),
        virt_type=host.virt_type,
        cpu_allocation_ratio=cloud.cpu_ratio,
        ram_allocation_ratio=cloud.ram_ratio,
        disk_allocation_ratio=cloud.disk_ratio,
        reserved_host_memory_mb=cloud.reserved_memory_mb,
        reserved_host_disk_mb=cloud.reserved_disk_gb * 1024,
        computes=tuple(
            Peer(name=one.name, address=one.address, ssh_keys=one.ssh_keys) for one in site.having("compute")
        ),
        migration=None if _alone(site) else Migration(key=key, public_key=public),
        allow_resize_to_same_host=_alone(site),
        qemu_conf=dict(host.qemu_conf) or None,
        config=reach.configs(host, "nova", "all", "compute"),
    )


def compute(site: Site, host: Host) -> NovaComputeOptions:
    """Return what nova-compute is told, with what Nova's other services on its host read of the file they share."""
    beside = component.reads(control(site, host)) if "control" in host.roles else None
    return dataclasses.replace(_hypervisor(site, host), beside=beside)


def compute_ports(site: Site, _: Host) -> list[dict[str, Any]]:
    """Return who reaches consoles, and guests on their way."""
    proxies = [one.address for one in site.having("control")]
    peers = [one.address for one in site.having("compute")]
    return [
        reach.port(endpoint.VNC_PORTS, "nova_compute", proxies),
        reach.port(endpoint.MIGRATION_PORTS, "nova_compute", peers),
    ]
