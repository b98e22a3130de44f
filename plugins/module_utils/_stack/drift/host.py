"""Where the hosts contradict Nova, by what libvirt on them says."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Optional

from ..decide import definition, power
from .drift import DEFINITION, HOST, MISSING_DOMAIN, POWER, TWIN, UNKNOWN_DOMAIN, ZOMBIE, Drift, server_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..observed import Domain, Item, Observed

GUEST = "guest"
ON_A_HOST = frozenset({"active", "paused", "stopped", "rescued", "resized"})
"""The vm_states in which a server must have a domain on its host; a suspended one may have none."""


def _places(observed: Observed) -> dict[str, dict[str, Domain]]:
    """Return for each guest the hosts that have it. A host that is listed under two names counts once."""
    found: dict[str, dict[str, Domain]] = defaultdict(dict)
    seen: set[int] = set()
    for host, guests in sorted((observed.domains or {}).items()):
        if id(guests) in seen:
            continue
        seen.add(id(guests))
        for uuid, domain in guests.items():
            found[uuid][host] = domain
    return found


def of_domains(observed: Observed, gone: Mapping[str, bool]) -> Iterator[Drift]:
    """Yield what is wrong with guests: of nobody, of the dead, in two places."""
    known = {item.id: server_name(item) for item in observed.of_kind("server")}
    for uuid, hosts in _places(observed).items():
        where = ", ".join(sorted(hosts))
        running = [host for host, domain in hosts.items() if domain.state not in power.DOWN]
        domain = next(iter(hosts.values()))
        if len(running) > 1:
            name = known.get(uuid) or domain.name or uuid
            yield Drift(TWIN, name, where, f"guest {uuid} runs on {len(running)} hosts at once", id=uuid)
        if uuid in known or gone.get(uuid) is not True:
            continue
        if domain.name:
            text = f"guest {uuid} is {domain.state}, and Nova has deleted its server"
            yield Drift(ZOMBIE, domain.name, where, text, of=GUEST, id=uuid)
        else:
            text = f"it is {domain.state}, and no server of Nova's"
            yield Drift(UNKNOWN_DOMAIN, uuid, where, text, of=GUEST, id=uuid)


def of_servers(observed: Observed) -> Iterator[Drift]:
    """Yield where a host contradicts what Nova says of a server."""
    if observed.domains is None:
        return
    found = _places(observed)
    for item in observed.of_kind("server"):
        host = str(item.status.get("host") or "")
        guests = observed.domains.get(host, observed.domains.get(host.split(".", maxsplit=1)[0]))
        if guests is None or item.status.get("task_state") is not None:
            continue
        yield from _of_server(item, host, guests.get(item.id), sorted(found.get(item.id, {})))


def _of_server(item: Item, host: str, domain: Optional[Domain], elsewhere: list[str]) -> Iterator[Drift]:
    """Yield what the host contradicts of one server."""
    vm_state, name = str(item.status.get("vm_state")), server_name(item)
    if domain is None:
        if elsewhere:
            text = f"Nova says that it is here, and it is on {', '.join(elsewhere)}"
            yield Drift(HOST, name, host, text, id=item.id)
        elif vm_state in ON_A_HOST:
            text = f"Nova says {vm_state}, and libvirt has no such guest"
            yield Drift(MISSING_DOMAIN, name, host, text, id=item.id)
        return
    if (vm_state == "active") == (domain.state in power.DOWN) and vm_state in {"active", "stopped"}:
        yield Drift(POWER, name, host, f"Nova says {vm_state}, and libvirt says {domain.state}", id=item.id)
    for text in definition.wrong(item, domain):
        yield Drift(DEFINITION, name, host, text, id=item.id)
