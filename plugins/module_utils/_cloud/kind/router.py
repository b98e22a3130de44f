"""Neutron's routers and their legs on subnets, which are ports and called interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..._api.answer import ident_of
from ..._stack import mark
from ..._stack.observed import Item
from . import neutron
from .kind import OWN, Kind, Listing, Lists
from .network import to_subnet
from .port import PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context

LEG = "network:router_interface"


def _to_router(raw: Mapping[str, Any]) -> Item:
    """Read one router of ``GET /routers``."""
    gateway = raw.get("external_gateway_info") or {}
    fields = {"external": gateway.get("network_id")}
    mine = neutron.mark_on("router", raw)
    return Item("router", raw["id"], raw["name"], fields, mine, owner=neutron.owner_of(raw))


def _make_router(context: Context, wanted: Wanted) -> str:
    """Make a router with its gateway."""
    body: dict[str, Any] = {"name": wanted.name}
    if wanted.fields.get("external"):
        body["external_gateway_info"] = {"network_id": context.id_of("network", wanted.fields["external"])}
    return neutron.make(context, wanted, "/routers", "router", body)


def _update_router(context: Context, change: Change, values: dict[str, Any]) -> None:
    """Set a router's gateway."""
    external: Optional[str] = values["external"]
    gateway = {"network_id": context.id_of("network", external)} if external else {}
    body = {"router": {"external_gateway_info": gateway}}
    context.session.send("network", "PUT", f"/routers/{change.target}", body)


def _to_interfaces(lists: Lists) -> Iterable[Item]:
    """Read the routers' legs off the ports."""
    subnets = {raw["id"]: to_subnet(raw) for raw in lists.get("subnet", ())}
    for port in lists.get("port", ()):
        if str(port.get("device_owner", "")).startswith(LEG):
            found = to_interface(port, subnets)
            if found is not None:
                yield found


def to_interface(raw: Mapping[str, Any], subnets: Mapping[str, Item]) -> Optional[Item]:
    """Read a router's leg off its port; it belongs to whom the subnet belongs. None for a leg on others' subnets."""
    for fixed in raw.get("fixed_ips") or ():
        subnet = subnets.get(fixed["subnet_id"])
        if subnet is None or subnet.mark is None or subnet.mark.stack is None or subnet.mark.key is None:
            continue
        stack, key = subnet.mark.stack, subnet.mark.key
        found = mark.Mark(stack, key, mark.uid_of(stack, "interface", key), subnet.mark.proven)
        fields = {"router": raw["device_id"], "subnet": subnet.id}
        return Item("interface", raw["id"], key, fields, found, owner=subnet.owner)
    return None


def _make_interface(context: Context, wanted: Wanted) -> str:
    """Put a router's leg on a subnet."""
    router = context.id_of("router", wanted.fields["router"])
    body = {"subnet_id": context.id_of("subnet", wanted.key)}
    path = f"/routers/{router}/add_router_interface"
    return ident_of(f"PUT {path}", context.session.send("network", "PUT", path, body), "port_id")


def _remove_interface(context: Context, change: Change) -> None:
    """Take a router's leg off its subnet."""
    item = context.index.by_id.get(("interface", change.target))
    if item is None:
        return
    body = {"subnet_id": item.fields["subnet"]}
    context.session.send("network", "PUT", f"/routers/{item.fields['router']}/remove_router_interface", body)


ROUTER = Kind(
    Listing("router", "network", "/routers", "routers", whose=OWN),
    "/routers",
    make=_make_router,
    read=_to_router,
    update=_update_router,
    besides=("network",),
)
INTERFACE = Kind(
    PORTS,
    "",
    make=_make_interface,
    read_among=_to_interfaces,
    remove=_remove_interface,
    besides=("subnet", "router"),
)
