"""What Nova's JSON of a server means, in the declaration's names and units."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Optional

from ...._stack import mark
from ...._stack.observed import Item
from .. import kept
from ..flavor import to_embedded
from ..port import by_device, to_interface

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...._stack.observed import Interface
    from ..kind import Lists

PLUGGED = frozenset({None, "normal"})
"""Kinds of ports that a guest has an interface for; of others it has a device of the host's."""


class ServerRow(kept.Row):
    """What is kept of a server while it is not yet read."""


KEPT = kept.KeptFields(
    (
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
    ServerRow,
    frozenset({"flavor", "image", "os-extended-volumes:volumes_attached"}),
)


class FieldRow(kept.Row):
    """The fields of one of ten thousand servers."""


class StatusRow(kept.Row):
    """How one of ten thousand servers is."""


def to_servers(lists: Lists) -> Iterable[Item]:
    """Read all servers with their ports, and let go of Nova's list."""
    ports = lists.get("port")
    of_device = by_device(ports or ())
    for raw in kept.drain(lists.get("server", [])):
        yield to_server(raw, None if ports is None else of_device.get(raw["id"], []))


def to_server(raw: Mapping[str, Any], ports: Optional[Sequence[Mapping[str, Any]]]) -> Item:
    """Read one server of ``GET /servers/detail``. ``ports`` are its ports; None where they could not be listed."""
    metadata = raw.get("metadata") or {}
    tags = raw.get("tags") or []
    fields: dict[str, Any] = {
        "name": raw.get("name"),
        "flavor": to_embedded(raw.get("flavor") or {}),
        "image": (raw.get("image") or {}).get("id") or "",
        "key_name": raw.get("key_name"),
        "zone": raw.get("OS-EXT-AZ:availability_zone") or None,
        "config_drive": raw.get("config_drive") in {True, "True"},
        "user_data": _user_data_of(raw, metadata),
        "metadata": {name: value for name, value in metadata.items() if not name.startswith(mark.OURS)},
        "tags": [tag for tag in tags if not tag.startswith((mark.STACK_TAG, mark.UID_TAG))],
        "protect": metadata.get(mark.PROTECT) == "true",
        "volumes": [one["id"] for one in raw.get("os-extended-volumes:volumes_attached") or ()],
        "interfaces": None if ports is None else interfaces_of(raw, ports),
    }
    if mark.SPEC in metadata:  # we made it, and so know whether it had hints
        fields["hints"] = metadata.get(mark.HINTS, "")
    if mark.HIDDEN in metadata:
        fields["hidden"] = metadata[mark.HIDDEN].split(",")
    found = mark.from_metadata("server", tags, metadata)
    status = _status_of(raw, ports)
    return Item("server", raw["id"], raw.get("name") or "", vars(FieldRow(fields)), found, status, raw.get("tenant_id"))


def interfaces_of(raw: Mapping[str, Any], ports: Sequence[Mapping[str, Any]]) -> tuple[Interface, ...]:
    """Return a server's interfaces, in the order in which Nova's addresses are."""
    if len(ports) > 1:
        told = [one for group in (raw.get("addresses") or {}).values() for one in group]
        places = {str(one.get("OS-EXT-IPS-MAC:mac_addr")): place for place, one in reversed(list(enumerate(told)))}
        ports = sorted(ports, key=lambda port: places.get(str(port.get("mac_address")), len(told)))
    return tuple(map(to_interface, ports))


def _status_of(raw: Mapping[str, Any], ports: Optional[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return how a server is, as distinct from what it was asked to be."""
    fault = raw.get("fault") or {}
    addresses = [one["ip_address"] for port in ports or () for one in port["fixed_ips"]]
    if not addresses:
        addresses = [one["addr"] for group in (raw.get("addresses") or {}).values() for one in group]
    how = {
        "status": raw.get("status"),
        "vm_state": raw.get("OS-EXT-STS:vm_state"),
        "task_state": raw.get("OS-EXT-STS:task_state"),
        "power_state": raw.get("OS-EXT-STS:power_state", 1),
        "host": raw.get("OS-EXT-SRV-ATTR:hypervisor_hostname") or raw.get("OS-EXT-SRV-ATTR:host"),
        "host_id": raw.get("hostId"),
        "launched": raw.get("OS-SRV-USG:launched_at"),
        "created": raw.get("created", ""),
        "fault": fault.get("message"),
        "locked": bool(raw.get("locked")),
        "locked_reason": raw.get("locked_reason"),
        "addresses": addresses,
        "ports": [port["id"] for port in ports or ()],
        "nics": [port["id"] for port in ports or () if port.get("binding:vnic_type") in PLUGGED],
    }
    return vars(StatusRow(how))


def _user_data_of(raw: Mapping[str, Any], metadata: Mapping[str, str]) -> Optional[str]:
    """Return the SHA-256 of a server's user-data: from our mark, or from itself where Nova shows it."""
    if mark.USER_DATA in metadata:
        return metadata[mark.USER_DATA]
    shown = decode(raw.get("OS-EXT-SRV-ATTR:user_data"))
    return hashlib.sha256(shown).hexdigest() if shown is not None else None


def decode(shown: Optional[str]) -> Optional[bytes]:
    """Return what base64 stands for, in lines or not; None for nothing, or for what is none."""
    try:
        return base64.b64decode("".join(shown.split()), validate=True) if shown else None
    except ValueError:
        return None
