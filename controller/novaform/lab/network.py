"""The lab's own bridges, and the links of its hosts to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform.lab import command, subnet

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from novaform.lab.record import LabRecord


def ensure_bridges(record: LabRecord) -> None:
    """Make both bridges with the machine's addresses on them, where they are missing."""
    _ensure_bridge(record, record.bridge, record.subnet)
    _ensure_bridge(record, record.provider_bridge, record.provider_subnet)


def _ensure_bridge(record: LabRecord, bridge: str, network: IPv4Network) -> None:
    if not has_link(bridge):
        command.run("ip", "link", "add", bridge, "address", record.hardware_address(bridge), "type", "bridge")
    address = f"{subnet.gateway(network)}/{network.prefixlen}"
    command.run("ip", "address", "replace", address, "dev", bridge)
    command.run("ip", "link", "set", bridge, "up")


def remove_bridges(record: LabRecord) -> None:
    """Remove both bridges where they are there."""
    for bridge in (record.bridge, record.provider_bridge):
        if has_link(bridge):
            command.run("ip", "link", "delete", bridge)


def reconnect(record: LabRecord, host: str) -> bool:
    """Join a running host's links to the bridges, which may be new; False when the host has lost a link itself."""
    links = {record.interface(host, "h"): record.bridge, record.interface(host, "x"): record.provider_bridge}
    if not all(has_link(link) for link in links):
        return False
    for link, bridge in links.items():
        command.run("ip", "link", "set", link, "master", bridge, "up")
    return True


def has_link(name: str) -> bool:
    """Say whether an interface of that name is there."""
    return command.attempt("ip", "link", "show", name).returncode == 0


def has_bridges(record: LabRecord) -> bool:
    """Say whether the lab's network stands."""
    return has_link(record.bridge) and has_link(record.provider_bridge)
