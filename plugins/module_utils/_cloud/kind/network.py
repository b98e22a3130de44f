"""Neutron's networks and their subnets, of which a declared network has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._stack.observed import Item
from . import neutron
from .kind import OWN, SHARED, Kind, Listing, rename

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context

PROVIDER_NAMES = {
    "provider_type": "provider:network_type",
    "provider_physical": "provider:physical_network",
    "provider_segment": "provider:segmentation_id",
}
NETWORK_NAMES = {
    "external": "router:external",
    "shared": "shared",
    "mtu": "mtu",
    "port_security": "port_security_enabled",
}
SUBNET_NAMES = {"cidr": "cidr", "gateway": "gateway_ip", "dns": "dns_nameservers", "dhcp": "enable_dhcp"}


def _to_network(raw: Mapping[str, Any]) -> Item:
    """Read one network of ``GET /networks``."""
    fields = {
        "external": raw.get("router:external", False),
        "shared": raw.get("shared", False),
        "mtu": raw.get("mtu"),
        "port_security": raw.get("port_security_enabled", True),
    }
    mine = neutron.mark_on("network", raw)
    return Item("network", raw["id"], raw["name"], fields, mine, owner=neutron.owner_of(raw))


def _make_network(context: Context, wanted: Wanted) -> str:
    """Make a network."""
    provider = rename(wanted.create, PROVIDER_NAMES)
    body = {"name": wanted.name, **rename(wanted.fields, NETWORK_NAMES), **provider}
    return neutron.make(context, wanted, "/networks", "network", body)


def _update_network(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a network's fields."""
    body = {"network": rename(values, NETWORK_NAMES)}
    context.session.send("network", "PUT", f"/networks/{change.target}", body)


def to_subnet(raw: Mapping[str, Any]) -> Item:
    """Read one subnet of ``GET /subnets``."""
    pools = raw.get("allocation_pools") or [{}]
    fields = {
        "cidr": raw["cidr"],
        "gateway": raw.get("gateway_ip"),
        "dns": list(raw.get("dns_nameservers") or []),
        "dhcp": raw.get("enable_dhcp", True),
        "pool": [pools[0].get("start"), pools[0].get("end")],
        "network": raw["network_id"],
    }
    mine = neutron.mark_on("subnet", raw)
    return Item("subnet", raw["id"], raw["name"], fields, mine, owner=neutron.owner_of(raw))


def _make_subnet(context: Context, wanted: Wanted) -> str:
    """Make the subnet of a network."""
    version = 6 if ":" in wanted.fields["cidr"] else 4
    network = context.id_of("network", wanted.create["network"])
    body = {"name": wanted.name, "network_id": network, "ip_version": version, **_subnet_body(wanted.fields)}
    return neutron.make(context, wanted, "/subnets", "subnet", body)


def _update_subnet(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a subnet's fields."""
    context.session.send("network", "PUT", f"/subnets/{change.target}", {"subnet": _subnet_body(values)})


def _subnet_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subnet's fields as Neutron wants them."""
    body = rename(values, SUBNET_NAMES)
    if values.get("pool"):
        body["allocation_pools"] = [{"start": values["pool"][0], "end": values["pool"][1]}]
    return body


NETWORK = Kind(
    Listing("network", "network", "/networks", "networks", whose=SHARED),
    "/networks",
    make=_make_network,
    read=_to_network,
    update=_update_network,
)
SUBNET = Kind(
    Listing("subnet", "network", "/subnets", "subnets", whose=OWN),
    "/subnets",
    make=_make_subnet,
    read=to_subnet,
    update=_update_subnet,
)
