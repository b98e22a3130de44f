"""Neutron's ports: listed for what they say of servers, routers and floating addresses.

They are not a kind: nobody declares one, and Nova and Neutron make them for what is declared.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..._stack.observed import Interface
from . import kept
from .kind import OWN, Listing, Raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class PortRow(kept.Row):
    """What is kept of a port."""


def by_device(ports: Iterable[Raw]) -> dict[str, list[Raw]]:
    """Return ports by the id of the server or router that they belong to; "" for those that belong to none."""
    found: dict[str, list[Raw]] = defaultdict(list)
    for port in ports:
        found[port.get("device_id") or ""].append(port)
    return found


def to_interface(port: Mapping[str, Any]) -> Interface:
    """Read a port as the interface of a server."""
    addresses = tuple(one["ip_address"] for one in port.get("fixed_ips") or ())
    return Interface(port["network_id"], addresses, _same_groups(tuple(sorted(port.get("security_groups") or ()))))


@lru_cache(maxsize=1024)
def _same_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first groups that were equal to these: most interfaces have the same."""
    return groups


FIELDS = (
    "id",
    "device_id",
    "device_owner",
    "network_id",
    "mac_address",
    "fixed_ips",
    "security_groups",
    "binding:vnic_type",
)
"""Neutron is asked for these alone."""

PORTS = Listing(
    "port",
    "network",
    "/ports",
    "ports",
    whose=OWN,
    kept=kept.KeptFields(FIELDS, PortRow, frozenset({"security_groups"})),
)
