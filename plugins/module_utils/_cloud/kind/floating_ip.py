"""Neutron's floating addresses, each of which leads to the port of a declared server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._stack.observed import Item
from . import neutron
from .kind import OWN, Kind, Listing, Lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context


def _to_floating_ips(lists: Lists) -> Iterable[Item]:
    """Read all floating addresses."""
    ports = {port["id"]: port for port in lists.get("port", ())}
    for raw in lists.get("floating_ip", ()):
        yield _to_floating_ip(raw, ports)


def _to_floating_ip(raw: Mapping[str, Any], ports: Mapping[str, Mapping[str, Any]]) -> Item:
    """Read one floating address, and through its port the server it leads to."""
    port = ports.get(raw.get("port_id") or "", {})
    fields = {"server": port.get("device_id") or None, "network": port.get("network_id")}
    fields["external"] = raw.get("floating_network_id")
    status = {"address": raw["floating_ip_address"]}
    mine, owner = neutron.mark_on("floating_ip", raw), neutron.owner_of(raw)
    return Item("floating_ip", raw["id"], raw["floating_ip_address"], fields, mine, status, owner)


def _make_floating_ip(context: Context, wanted: Wanted) -> str:
    """Take a floating address for a server's port."""
    port = context.port_of(wanted.fields["server"], wanted.fields["network"])
    body = {"floating_network_id": context.external_network(wanted.create["external"]), "port_id": port}
    return neutron.make(context, wanted, "/floatingips", "floatingip", body)


def _update_floating_ip(context: Context, change: Change, _: dict[str, Any]) -> None:
    """Lead an address to its server's port, whichever field of it differs."""
    wanted = context.wanted_for("floating_ip", change.name)
    port = context.port_of(wanted.fields["server"], wanted.fields["network"])
    context.session.send("network", "PUT", f"/floatingips/{change.target}", {"floatingip": {"port_id": port}})


FLOATING_IP = Kind(
    Listing("floating_ip", "network", "/floatingips", "floatingips", whose=OWN),
    "/floatingips",
    make=_make_floating_ip,
    read_among=_to_floating_ips,
    update=_update_floating_ip,
    besides=("port", "server", "network"),
)
