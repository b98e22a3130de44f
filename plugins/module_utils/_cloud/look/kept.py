"""What is kept of the long lists: ten thousand servers with their ports are to fit into less than a hundred MiB.

Of each member the fields that somebody reads, and of what many members say alike one value for all.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Raw = dict[str, Any]

FIELDS = {
    "server": (
        "id",
        "name",
        "tenant_id",
        "status",
        "flavor",
        "image",
        "key_name",
        "config_drive",
        "metadata",
        "tags",
        "locked",
        "locked_reason",
        "fault",
        "created",
        "hostId",
        "addresses",
        "scheduler_hints",
        "os-extended-volumes:volumes_attached",
        "OS-EXT-AZ:availability_zone",
        "OS-EXT-SRV-ATTR:host",
        "OS-EXT-SRV-ATTR:hypervisor_hostname",
        "OS-EXT-SRV-ATTR:user_data",
        "OS-EXT-STS:power_state",
        "OS-EXT-STS:task_state",
        "OS-EXT-STS:vm_state",
        "OS-SRV-USG:launched_at",
    ),
    "port": (
        "id",
        "device_id",
        "device_owner",
        "network_id",
        "mac_address",
        "fixed_ips",
        "security_groups",
        "binding:vnic_type",
    ),
}
"""Neutron is asked for these alone; Nova always tells everything."""
ALIKE = frozenset({"flavor", "image", "security_groups", "os-extended-volumes:volumes_attached"})
"""What most members say in the same words."""


class Row:
    """Its ``vars`` are the mapping that was given: those of all objects of a class share their names, and take half."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class Server(Row):
    """What is kept of a server."""


class Port(Row):
    """What is kept of a port."""


ROWS = {"server": Server, "port": Port}


class Keeper:
    """Keeps the members of one list."""

    def __init__(self, kind: str) -> None:
        self.fields = FIELDS.get(kind)
        self.row = ROWS.get(kind, Row)
        self.first: dict[str, Any] = {}

    def keep(self, raw: Raw) -> Raw:
        """Return what is kept of one member."""
        if self.fields is None:
            return raw
        kept = {name: raw[name] for name in self.fields if name in raw}
        for name, value in kept.items():
            if type(value) is str:
                kept[name] = intern(value)
            elif name in ALIKE:
                kept[name] = self.first.setdefault(repr(value), value)
            elif name == "metadata" and type(value) is dict:
                kept[name] = {key: intern(text) if type(text) is str else text for key, text in value.items()}
        return vars(self.row(kept))


def query_of(kind: str) -> str:
    """Return what asks Neutron for the fields that are kept; empty for all."""
    return "".join(f"&fields={name}" for name in FIELDS.get(kind, ()))


def drained(members: list[Raw]) -> Iterator[Raw]:
    """Yield the members of a list and let each go, so that it and what is made of it are not there at one time."""
    members.reverse()
    while members:
        yield members.pop()
