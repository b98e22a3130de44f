"""What Nova's services read of the one nova.conf of their host.

Every service contributes its own options. A host's file is the union of what its services need, so a compute host's
holds no database; a unit restarts only when an option that it reads itself has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import part, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

Sections = dict[str, dict[str, Any]]
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


def of_all(host: str, address: str, broker: shared.BrokerAccess, identity: shared.IdentityAccess) -> Sections:
    """Return what every Nova service of a host reads."""
    return {
        "DEFAULT": {
            "host": host,
            "my_ip": address,
            "state_path": "/var/lib/nova",
            "transport_url": broker.url,
            "rpc_ping_enabled": True,
        },
        "oslo_concurrency": {"lock_path": "/var/lock/nova"},
        "oslo_messaging_rabbit": dict(shared.RABBIT),
        "oslo_policy": {"policy_dirs": "/etc/nova/policy.d"},
        "service_user": {**identity.account(), "send_service_user_token": True},
        "spice": {"enabled": False},
        "vnc": {"enabled": True},
    }


def peers(identity: shared.IdentityAccess) -> Sections:
    """Return how a service reaches the other APIs: as the host's account, on the internal interface."""
    return {
        "glance": {"valid_interfaces": "internal", "region_name": identity.region},
        "neutron": identity.peer(),
        "placement": identity.peer(),
        "cinder": {"catalog_info": "volumev3::internalURL", "os_region_name": identity.region},
    }


def resize(*, same_host: bool) -> Sections:
    """Return where a resized server may go."""
    return {"DEFAULT": {"allow_resize_to_same_host": True}} if same_host else {}


def file(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file with these options."""
    return part.ini(CONF, options, "nova", NAMESPACES)
