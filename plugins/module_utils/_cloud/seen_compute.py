"""What Nova's JSON means, in the declaration's names and units."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Optional

from .._stack import mark
from .._stack.observed import Interface, Item
from .look import kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLUGGED = frozenset({None, "normal"})
"""Kinds of ports that a guest has an interface for; of others it has a device of the host's."""


class Fields(kept.Row):
    """The fields of one of ten thousand servers."""


class Status(kept.Row):
    """How one of ten thousand servers is."""


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
        "user_data": user_data_of(raw, metadata),
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
    status = status_of(raw, ports)
    return Item("server", raw["id"], raw.get("name") or "", vars(Fields(fields)), found, status, raw.get("tenant_id"))


def interfaces_of(raw: Mapping[str, Any], ports: Sequence[Mapping[str, Any]]) -> tuple[Interface, ...]:
    """Return a server's interfaces, in the order in which Nova's addresses are."""
    if len(ports) > 1:
        told = [one for group in (raw.get("addresses") or {}).values() for one in group]
        places = {str(one.get("OS-EXT-IPS-MAC:mac_addr")): place for place, one in reversed(list(enumerate(told)))}
        ports = sorted(ports, key=lambda port: places.get(str(port.get("mac_address")), len(told)))
    return tuple(map(to_interface, ports))


def to_interface(port: Mapping[str, Any]) -> Interface:
    """Read one port."""
    addresses = tuple(one["ip_address"] for one in port.get("fixed_ips") or ())
    return Interface(port["network_id"], addresses, alike(tuple(sorted(port.get("security_groups") or ()))))


@lru_cache(maxsize=1024)
def alike(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first groups that were equal to these: most interfaces have the same."""
    return groups


SIZES = (("vcpus", "vcpus"), ("ram_mb", "ram"), ("disk_gb", "disk"), ("ephemeral_gb", "ephemeral"), ("swap_mb", "swap"))
"""Our names of a flavor's sizes, and Nova's."""
THEIRS = tuple(theirs for _, theirs in SIZES)


def status_of(raw: Mapping[str, Any], ports: Optional[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
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
    return vars(Status(how))


def to_embedded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Read the flavor that a server carries since 2.47; flavors that say the same are one value."""
    specs = raw.get("extra_specs")
    told = None if specs is None else tuple(specs.items())
    return embedded(raw.get("original_name"), tuple(map(raw.get, THEIRS)), told)


@lru_cache(maxsize=256)
def embedded(
    name: Optional[str], sizes: tuple[Any, ...], specs: Optional[tuple[tuple[str, str], ...]]
) -> dict[str, Any]:
    """Return a flavor by our names; its extra specs are None where Nova does not tell them."""
    told = {ours: size or 0 for (ours, _), size in zip(SIZES, sizes)}
    return {"name": name, **told, "extra_specs": None if specs is None else dict(specs)}


def user_data_of(raw: Mapping[str, Any], metadata: Mapping[str, str]) -> Optional[str]:
    """Return the SHA-256 of a server's user-data: from our mark, or from itself where Nova shows it."""
    if mark.USER_DATA in metadata:
        return metadata[mark.USER_DATA]
    shown = decoded(raw.get("OS-EXT-SRV-ATTR:user_data"))
    return hashlib.sha256(shown).hexdigest() if shown is not None else None


def decoded(shown: Optional[str]) -> Optional[bytes]:
    """Return what base64 stands for, in lines or not; None for nothing, or for what is none."""
    try:
        return base64.b64decode("".join(shown.split()), validate=True) if shown else None
    except ValueError:
        return None


def to_flavor(raw: Mapping[str, Any]) -> Item:
    """Read one flavor of ``GET /flavors/detail``."""
    specs = dict(raw.get("extra_specs") or {})
    fields = {
        "vcpus": raw["vcpus"],
        "ram_mb": raw["ram"],
        "disk_gb": raw["disk"],
        "ephemeral_gb": raw.get("OS-FLV-EXT-DATA:ephemeral") or 0,
        "swap_mb": raw.get("swap") or 0,
        "public": raw.get("os-flavor-access:is_public", True),
        "extra_specs": specs,
    }
    return Item("flavor", raw["id"], raw["name"], fields, mark.from_description("flavor", None, raw.get("description")))


def to_key(raw: Mapping[str, Any]) -> Item:
    """Read one key pair of ``GET /os-keypairs``. Nova has no place for a mark on it."""
    pair = raw["keypair"]
    return Item("key", pair["name"], pair["name"], {"public_key": " ".join(pair["public_key"].split()[:2])})


def to_server_group(raw: Mapping[str, Any]) -> Item:
    """Read one server group; its name ends with its uid, which is all the mark that it can bear."""
    key, _, uid = raw["name"].rpartition(".")
    found = mark.Mark(None, key, uid, proven=False) if key and len(uid) == 36 else None
    fields = {"policy": raw.get("policy")}
    status = {"members": raw.get("members") or []}
    return Item("server_group", raw["id"], raw["name"], fields, found, status, raw.get("project_id"))
