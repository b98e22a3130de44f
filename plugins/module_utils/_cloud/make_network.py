"""Requests that make Neutron's things, each with our mark in its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api.answer import ident_of
from .._api.session import Refused
from .._stack import mark

if TYPE_CHECKING:
    from .._stack.desired import Wanted
    from .context import Context

PROVIDER = {
    "provider_type": "provider:network_type",
    "provider_physical": "provider:physical_network",
    "provider_segment": "provider:segmentation_id",
}
NETWORK = {"external": "router:external", "shared": "shared", "mtu": "mtu", "port_security": "port_security_enabled"}
SUBNET = {"cidr": "cidr", "gateway": "gateway_ip", "dns": "dns_nameservers", "dhcp": "enable_dhcp"}


def renamed(values: Any, names: dict[str, str]) -> dict[str, Any]:
    """Return those values that have a name in the API, under it."""
    return {names[name]: value for name, value in values.items() if name in names and value is not None}


def neutron(context: Context, wanted: Wanted, path: str, name: str, body: dict[str, Any]) -> str:
    """Make something of Neutron's with a marked description, and tag it.

    A tag that fails costs nothing: the description is found as well.
    """
    described = mark.description_of(context.stack, wanted.kind, wanted.key)
    made = context.session.send("network", "POST", path, {name: {**body, "description": described}})
    ident = ident_of(f"POST {path}", made, name, "id")
    try:
        tag(context, wanted, f"{path}/{ident}")
    except Refused as error:
        context.tell(f"{wanted.kind} {wanted.key} has no tags: {error}")
    return ident


def tag(context: Context, wanted: Wanted, path: str) -> None:
    """Set the tags of our mark."""
    context.session.send("network", "PUT", f"{path}/tags", {"tags": mark.tags_of(context.stack, wanted.uid)})


def make_network(context: Context, wanted: Wanted) -> str:
    """Make a network."""
    body = {"name": wanted.name, **renamed(wanted.fields, NETWORK), **renamed(wanted.create, PROVIDER)}
    return neutron(context, wanted, "/networks", "network", body)


def make_subnet(context: Context, wanted: Wanted) -> str:
    """Make the subnet of a network."""
    version = 6 if ":" in wanted.fields["cidr"] else 4
    network = context.id_of("network", wanted.create["network"])
    body = {"name": wanted.name, "network_id": network, "ip_version": version, **renamed(wanted.fields, SUBNET)}
    if wanted.fields.get("pool"):
        body["allocation_pools"] = [{"start": wanted.fields["pool"][0], "end": wanted.fields["pool"][1]}]
    return neutron(context, wanted, "/subnets", "subnet", body)


def make_router(context: Context, wanted: Wanted) -> str:
    """Make a router with its gateway."""
    body: dict[str, Any] = {"name": wanted.name}
    if wanted.fields.get("external"):
        body["external_gateway_info"] = {"network_id": context.id_of("network", wanted.fields["external"])}
    return neutron(context, wanted, "/routers", "router", body)


def make_interface(context: Context, wanted: Wanted) -> str:
    """Put a router's leg on a subnet."""
    router = context.id_of("router", wanted.fields["router"])
    body = {"subnet_id": context.id_of("subnet", wanted.key)}
    path = f"/routers/{router}/add_router_interface"
    return ident_of(f"PUT {path}", context.session.send("network", "PUT", path, body), "port_id")


def make_security_group(context: Context, wanted: Wanted) -> str:
    """Make a security group with its rules, all rules in one request."""
    ident = neutron(context, wanted, "/security-groups", "security_group", {"name": wanted.name})
    context.ids["security_group", wanted.key] = ident
    add_rules(context, ident, wanted.fields["rules"])
    return ident


def add_rules(context: Context, group: str, rules: list[str]) -> None:
    """Add rules, given as lines, to a security group."""
    bodies = [{"security_group_id": group, **rule_body(context, rule)} for rule in rules]
    if bodies:
        context.session.send("network", "POST", "/security-group-rules", {"security_group_rules": bodies})


def rule_body(context: Context, line: str) -> dict[str, Any]:
    """Return a rule's line as Neutron wants it."""
    direction, ethertype, protocol, ports, peer = line.split(" ", 4)
    low, _, high = ports.partition("-")
    body: dict[str, Any] = {"direction": direction, "ethertype": ethertype}
    body.update({} if protocol == "any" else {"protocol": protocol})
    body.update({"port_range_min": int(low)} if low else {})
    body.update({"port_range_max": int(high)} if high else {})
    if peer.startswith("group:"):
        return {**body, "remote_group_id": context.id_of("security_group", peer[len("group:") :])}
    return {**body, "remote_ip_prefix": peer}


def make_floating_ip(context: Context, wanted: Wanted) -> str:
    """Take a floating address for a server's port."""
    port = context.port_of(wanted.fields["server"], wanted.fields["network"])
    body = {"floating_network_id": context.external_network(wanted.create["external"]), "port_id": port}
    return neutron(context, wanted, "/floatingips", "floatingip", body)
