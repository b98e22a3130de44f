"""From what ``kvm_domains_info`` returns of a host's guests to what a decision asks of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Optional

from .._core.domain import STATES
from .observed import Domain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 10_000
"""Guests of one host, and disks or interfaces of one guest: no host has more."""
LARGEST = 2**53
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def fault_of(told: Any) -> str:
    """Return what is wrong with what a host says are its guests; empty where nothing is."""
    if not isinstance(told, list) or len(told) > MOST:
        return "its guests are not a list of at most 10,000"
    seen: set[str] = set()
    for number, one in enumerate(told, 1):
        wrong = next((name for name, fits in GUEST.items() if not isinstance(one, dict) or not fits(one.get(name))), "")
        if wrong:
            return f"guest {number} has no {wrong} that can be right"
        if one["uuid"] in seen:
            return f"two of its guests are {one['uuid']}"
        seen.add(one["uuid"])
    return ""


def _word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 255 and value.isprintable()


def _number(value: Any) -> bool:
    return type(value) is int and -1 <= value < LARGEST


def _or_none(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


def _of(**fields: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(fits(value.get(name)) for name, fits in fields.items())


def _each(**fields: Callable[[Any], bool]) -> Callable[[Any], bool]:
    fits = _of(**fields)
    return lambda value: isinstance(value, list) and len(value) <= MOST and all(map(fits, value))


_DEFINITION = _or_none(
    _of(
        vcpus=_number,
        memory_kib=_number,
        disks=_each(serial=_or_none(_word)),
        interfaces=_each(port=_or_none(_word)),
        vnc=_or_none(_of(listen=_or_none(_word), port=_or_none(_number))),
    )
)
GUEST: Mapping[str, Callable[[Any], bool]] = {
    "uuid": lambda value: isinstance(value, str) and UUID.fullmatch(value) is not None,
    "state": lambda value: value in (*STATES, "unknown"),
    "live": _DEFINITION,
    "persistent_definition": _DEFINITION,
    "vcpus": _or_none(_number),
    "memory_kib": _or_none(_number),
    "nova": _or_none(
        _of(
            name=_or_none(_word),
            flavor=_or_none(_of(vcpus=_or_none(_number), memory_mb=_or_none(_number))),
        )
    ),
}
"""What ``to_domain`` reads of a guest, and what each may be."""


def to_domains(plain: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, Domain]]:
    """Read what the hosts said of their guests, for each host by their ids."""
    return {host: {one["uuid"]: to_domain(one) for one in guests} for host, guests in plain.items()}


def to_domain(one: Mapping[str, Any]) -> Domain:
    """Read one guest: as it runs or, where it is off, as it would."""
    following: Mapping[str, Any] = one.get("persistent_definition") or {}
    now: Mapping[str, Any] = one.get("live") or following
    nova: Mapping[str, Any] = one.get("nova") or {}
    flavor: Mapping[str, Any] = nova.get("flavor") or {}
    return Domain(
        one["uuid"],
        one["state"],
        _screen((one.get("live") or {}).get("vnc") or {}),
        str(nova.get("name") or ""),
        now.get("vcpus", one.get("vcpus")),
        _to_mebibytes(now.get("memory_kib", one.get("memory_kib"))),
        following.get("vcpus"),
        _to_mebibytes(following.get("memory_kib")),
        flavor.get("vcpus"),
        flavor.get("memory_mb"),
        _ports_of(now),
        _volumes_of(now),
    )


def _screen(vnc: Mapping[str, Any]) -> Optional[str]:
    """Return where a guest's screen is, as ``address:port``."""
    return f"{vnc['listen']}:{vnc['port']}" if vnc.get("port") else None


def _to_mebibytes(kibibytes: Optional[int]) -> Optional[int]:
    """Return KiB as MiB."""
    return None if kibibytes is None else int(kibibytes) // 1024


def _ports_of(definition: Mapping[str, Any]) -> Optional[tuple[str, ...]]:
    """Return the ports of a guest's interfaces; None where one of them does not say which it is."""
    told = [one.get("port") for one in definition.get("interfaces") or ()]
    return None if not definition or not all(told) else tuple(sorted(map(str, told)))


def _volumes_of(definition: Mapping[str, Any]) -> Optional[tuple[str, ...]]:
    """Return the volumes among a guest's disks: Nova gives each its id as serial number, and other disks none."""
    if not definition:
        return None
    return tuple(sorted(str(one["serial"]) for one in definition.get("disks") or () if one.get("serial")))
