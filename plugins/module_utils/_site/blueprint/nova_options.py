"""Nova's options: what each of its services reads, and the one nova.conf of a host that they share.

Every service contributes its own options. A host's file is the union of what its services need, so a compute host's
holds no database; a unit restarts only when an option that it reads itself has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, neutron, part
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

CONF = "/etc/nova/nova.conf"
NAMESPACES = (
    "nova.conf",
    "keystonemiddleware.auth_token",
    "oslo.cache",
    "oslo.concurrency",
    "oslo.db",
    "oslo.log",
    "oslo.messaging",
    "oslo.middleware",
    "oslo.policy",
    "oslo.privsep",
    "oslo.reports",
    "oslo.service.periodic_task",
    "oslo.service.service",
    "oslo.versionedobjects",
    "oslo.limit",
    "os_vif",
)
_ANYWHERE = "0.0.0.0"  # noqa: S104 - users connect to the consoles
# With Nova's own weight of 1 a few free megabytes count as much as what the user prefers.
_PREFERENCES = ("soft_affinity_weight_multiplier", "soft_anti_affinity_weight_multiplier")
_ABOVE_ALL = 1000.0
CONTROL = ("api", "metadata", "conductor", "scheduler", "console")


def _shared_options(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return what every Nova service of a host reads."""
    return {
        "DEFAULT": {
            "host": host.name,
            "my_ip": host.address,
            "state_path": "/var/lib/nova",
            "transport_url": endpoint.broker(site, part.nova_user(host)),
            "rpc_ping_enabled": True,
        },
        "oslo_concurrency": {"lock_path": "/var/lock/nova"},
        "oslo_messaging_rabbit": part.rabbit(),
        "oslo_policy": {"policy_dirs": "/etc/nova/policy.d"},
        "service_user": {**part.account(site, part.nova_user(host)), "send_service_user_token": True},
        "spice": {"enabled": False},
        "vnc": {"enabled": True},
    }


def _databases(site: Site) -> dict[str, dict[str, Any]]:
    return {
        "api_database": {"connection": endpoint.database(site, "nova_api", "nova")},
        "database": {"connection": endpoint.database(site, "nova", "nova")},
    }


def _peers(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return how a service reaches the other APIs: as the host's account, on the internal interface."""
    signed = part.identity(site, part.nova_user(host))
    return {
        "glance": {"valid_interfaces": "internal", "region_name": site.cloud.region},
        "neutron": dict(signed),
        "placement": dict(signed),
        "cinder": {"catalog_info": "volumev3::internalURL", "os_region_name": site.cloud.region},
    }


def _quota() -> dict[str, dict[str, Any]]:
    """Return how quotas are kept: by the API alone.

    The conductor's second look buries a server that came too much, without the request that lists need from
    microversion 2.96 on: in Nova 31 each then fails with 500 until somebody deletes it. So a race may exceed a quota.
    """
    return {"quota": {"recheck_quota": False}}


def _resize(site: Site) -> dict[str, dict[str, Any]]:
    """Return where a resized server may go: on a site with one compute host, nowhere else."""
    alone = len(site.having("compute")) == 1
    return {"DEFAULT": {"allow_resize_to_same_host": True}} if alone else {}


def _web(site: Site) -> dict[str, dict[str, Any]]:
    return {
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": part.authtoken(site, "nova"),
        "neutron": {"default_floating_pool": neutron.PHYSICAL_NETWORK},
    }


def _service(site: Site, host: Host, component: str) -> dict[str, dict[str, Any]]:
    secret = {"service_metadata_proxy": True, "metadata_proxy_shared_secret": "<secret:metadata_proxy>"}
    wanted = max(1, sites.workers(site, host) // 2)
    layers: dict[str, list[dict[str, dict[str, Any]]]] = {
        "api": [_databases(site), _peers(site, host), _web(site), _resize(site), _quota()],
        "metadata": [_databases(site), _peers(site, host), _web(site), {"neutron": secret}],
        "conductor": [
            _databases(site),
            _peers(site, host),
            _quota(),
            {"conductor": {"workers": wanted}, "scheduler": {"max_attempts": 3}},
        ],
        "scheduler": [
            _databases(site),
            _peers(site, host),
            {"scheduler": {"max_attempts": 3, "workers": wanted, "discover_hosts_in_cells_interval": -1}},
            {"filter_scheduler": dict.fromkeys(_PREFERENCES, _ABOVE_ALL)},
        ],
        "console": [
            _databases(site),
            {"vnc": {"novncproxy_host": _ANYWHERE, "novncproxy_port": endpoint.PORTS["novnc"]}},
        ],
        "compute": [_peers(site, host), _compute_options(site, host), _resize(site)],
    }
    return part.merge(*layers[component])


def _compute_options(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    """Return what only nova-compute reads: overcommit, reservations, the hypervisor and its consoles."""
    cloud = site.cloud
    emulated = host.virt_type == "qemu"
    return {
        "DEFAULT": {
            "compute_driver": "libvirt.LibvirtDriver",
            "cpu_allocation_ratio": cloud.cpu_ratio,
            "ram_allocation_ratio": cloud.ram_ratio,
            "disk_allocation_ratio": cloud.disk_ratio,
            "reserved_host_memory_mb": cloud.reserved_memory_mb,
            "reserved_host_disk_mb": cloud.reserved_disk_gb * 1024,
            "resume_guests_state_on_host_boot": True,
        },
        "libvirt": {
            "virt_type": host.virt_type,
            "cpu_mode": "none" if emulated else "host-model",
            **_migration(site),
            "live_migration_inbound_addr": host.address,
            "live_migration_permit_auto_converge": True,
        },
        "vnc": {
            "server_listen": host.address,
            "server_proxyclient_address": host.address,
            "novncproxy_base_url": endpoint.console_url(site),
        },
    }


def _migration(site: Site) -> dict[str, Any]:
    """Return how guests move, where there is a host that they could move to."""
    if len(site.having("compute")) == 1:
        return {}
    uri = "qemu+ssh://nova@%s/system?keyfile=/var/lib/nova/.ssh/id_ed25519"
    return {"live_migration_scheme": "ssh", "live_migration_uri": uri}


def read_by(site: Site, host: Host, component: str) -> dict[str, dict[str, Any]]:
    """Return the options of nova.conf that one service reads."""
    return part.merge(
        _shared_options(site, host), _service(site, host, component), part.overrides(host, "nova", component)
    )


def _components(host: Host) -> tuple[str, ...]:
    """Return which Nova services a host runs."""
    return (CONTROL if "control" in host.roles else ()) + (("compute",) if "compute" in host.roles else ())


def programs(host: Host) -> list[str]:
    """Return the Nova services of a host that report to Nova."""
    return [f"nova-{one}" for one in _components(host) if one in ("conductor", "scheduler", "compute")]


def conf(site: Site, host: Host) -> dict[str, Any]:
    """Return the host's nova.conf: the union of what its services read."""
    return part.ini(CONF, part.merge(*(read_by(site, host, one) for one in _components(host))), "nova", NAMESPACES)
