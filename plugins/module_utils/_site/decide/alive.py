"""Whether what a site's hosts should do is done: Nova's services, neutron's agents, and Placement's providers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB")
DISABLED = "COMPUTE_STATUS_DISABLED"


def faults(
    desired: Mapping[str, Sequence[str]], services: Sequence[Mapping[str, Any]], agents: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return a sentence for each that is missing, dead or disabled. ``desired`` is ``{host: [program]}``.

    ``services`` and ``agents`` are the lists of Nova and neutron. What nobody declared is left alone.
    """
    seen = {(str(one.get("host")), str(one.get("binary"))): one for one in (*services, *agents)}
    return [
        sentence
        for host, programs in desired.items()
        for program in programs
        for sentence in _faults_of(host, program, seen.get((host, program)))
    ]


def _faults_of(host: str, program: str, one: Mapping[str, Any] | None) -> Iterator[str]:
    if one is None:
        yield f"{program} on {host} has never reported"
        return
    if one.get("forced_down"):
        yield f"{program} on {host} was forced down: openstack compute service set --up {host} {program}"
    elif one.get("state") == "down" or one.get("alive") is False:
        last = one.get("updated_at") or one.get("heartbeat_timestamp") or "never"
        yield f"{program} on {host} is not alive, its last report is of {last}"
    if one.get("status") == "disabled":
        why = f" ({one['disabled_reason']})" if one.get("disabled_reason") else ""
        remedy = f"openstack compute service set --enable {host} {program}"
        yield f"{program} on {host} is disabled{why}, so no server comes there: {remedy}"
    if one.get("admin_state_up") is False:
        yield f"{program} on {host} is disabled in neutron: openstack network agent set --enable {one.get('id')}"


def provider_fault(host: str, inventories: Any, traits: Any) -> str:
    """Return why Placement puts no server on a host, given its answers about the host's provider (None: unknown)."""
    if inventories is None or traits is None:
        return f"Placement knows no provider for {host}: nova-compute has not reported there"
    found = inventories.get("inventories") if isinstance(inventories, dict) else None
    has = found if isinstance(found, dict) else {}
    missing = [name for name in CLASSES if not (isinstance(has.get(name), dict) and has[name].get("total"))]
    if missing:
        return f"Placement has no {', '.join(missing)} of {host}"
    if DISABLED in ((traits.get("traits") if isinstance(traits, dict) else None) or ()):
        return f"Placement takes {host} for disabled, so no server comes there"
    return ""
