"""Whether guests of this host reach a network: what the switch itself has of its bridges and of their interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError
from ..._site.decide import switch
from ..door import libvirt, ovsdb
from .web import Silent

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES = {
    "Bridge": ["name", "fail_mode", "controller", "ports"],
    "Port": ["_uuid", "name", "interfaces"],
    "Interface": ["_uuid", "type", "error"],
    "Controller": ["_uuid", "is_connected"],
}
MOST_NAMED = 3


def ask_switch(item: Mapping[str, Any]) -> str:
    """Look whether neutron's agent has programmed the bridges. Raises ``Silent`` when not: its next start does it."""
    found = switch.faults(item["switch"], observe())
    if found:
        raise Silent("; ".join(found))
    return ""


def ask_plugs(item: Mapping[str, Any]) -> str:
    """Return which running guests have interfaces that are in no bridge: Nova alone plugs them in, at their start."""
    del item
    bridges = observe()
    guests = libvirt.observe()["domains"]
    found = switch.unplugged_guests(guests, (port for one in bridges.values() for port in one["ports"]))
    more = [f"and {len(found) - MOST_NAMED} more guests"] if len(found) > MOST_NAMED else []
    return "; ".join([*found[:MOST_NAMED], *more])


def observe() -> dict[str, dict[str, Any]]:
    """Return ``{bridge: {"programmed", "connected", "ports": [name], "patches": {port: error}}}``.

    Raises ``ObserveError`` where no switch answers.
    """
    tables = ovsdb.live(TABLES)
    if tables is None:
        raise ObserveError("Open vSwitch does not answer on this host: look at systemctl status openvswitch-switch")
    bridges, ports, interfaces, controllers = tables
    by_port = {ovsdb.plain(port["_uuid"]): port for port in ports}
    by_interface = {ovsdb.plain(one["_uuid"]): one for one in interfaces}
    connected = {ovsdb.plain(one["_uuid"]): bool(one["is_connected"]) for one in controllers}
    found = {}
    for one in bridges:
        own = [by_port[ident] for ident in ovsdb.members(one["ports"]) if ident in by_port]
        patches = {
            port["name"]: " ".join(ovsdb.members(face["error"]))
            for port in own
            for face in (by_interface.get(ident) for ident in ovsdb.members(port["interfaces"]))
            if face and face["type"] == "patch"
        }
        asked = ovsdb.members(one["controller"])
        found[one["name"]] = {
            "programmed": bool(asked) and ovsdb.members(one["fail_mode"]) == ["secure"],
            "connected": any(connected.get(ident) for ident in asked),
            "ports": [port["name"] for port in own],
            "patches": patches,
        }
    return found
