"""From what ``kvm_domains_info`` returns of a host's guests to what a decision asks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .observed import Domain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
        screen((one.get("live") or {}).get("vnc") or {}),
        str(nova.get("name") or ""),
        now.get("vcpus", one.get("vcpus")),
        to_mebibytes(now.get("memory_kib", one.get("memory_kib"))),
        following.get("vcpus"),
        to_mebibytes(following.get("memory_kib")),
        flavor.get("vcpus"),
        flavor.get("memory_mb"),
        ports_of(now),
        volumes_of(now),
    )


def screen(vnc: Mapping[str, Any]) -> Optional[str]:
    """Return where a guest's screen is, as ``address:port``."""
    return f"{vnc['listen']}:{vnc['port']}" if vnc.get("port") else None


def to_mebibytes(kibibytes: Optional[int]) -> Optional[int]:
    """Return KiB as MiB."""
    return None if kibibytes is None else int(kibibytes) // 1024


def ports_of(definition: Mapping[str, Any]) -> Optional[tuple[str, ...]]:
    """Return the ports of a guest's interfaces; None where one of them does not say which it is."""
    told = [one.get("port") for one in definition.get("interfaces") or ()]
    return None if not definition or not all(told) else tuple(sorted(map(str, told)))


def volumes_of(definition: Mapping[str, Any]) -> Optional[tuple[str, ...]]:
    """Return the volumes among a guest's disks: Nova gives each its id as serial number, and other disks none."""
    if not definition:
        return None
    return tuple(sorted(str(one["serial"]) for one in definition.get("disks") or () if one.get("serial")))
