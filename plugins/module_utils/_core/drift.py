"""Where the declaration, Nova and the hosts disagree, each disagreement with its class.

Only the hosts' own word can show these: a guest that Nova believes in and that is not there (missing-domain), one that
runs and that Nova never knew (unknown-domain) or has deleted (zombie), one that runs on two hosts (twin) or on another
host than Nova says (host), one that is off while Nova says ACTIVE (power), one with other sizes than its flavor
(definition). Where servers are, against their groups, zones and hosts (placement), and everything else that is declared
(field), is Nova's and Neutron's word.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, Optional

from .change import DENIED, FOREIGN, HELD, IGNORED, UNKNOWN, Change
from .decide import power, resize
from .policy import MISSING_DOMAIN, POWER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .change import Decision
    from .observed import Domain, Item, Observed

UNKNOWN_DOMAIN = "unknown-domain"
ZOMBIE = "zombie"
TWIN = "twin"
DEFINITION = "definition"
HOST = "host"
FIELD = "field"
UNSEEN = "unseen"

ON_A_HOST = frozenset({"active", "paused", "stopped", "rescued", "resized"})
"""The vm_states in which a server must have a domain on its host; a suspended one may have none."""


class Drift(NamedTuple):
    """One disagreement. ``repair`` names the step that would end it, if the plan has one."""

    kind: str
    name: str
    host: str
    text: str
    repair: str = ""
    origin: str = ""


def classify(observed: Observed, decision: Decision, gone: Mapping[str, bool]) -> list[Drift]:
    """Return all drift, the hosts' first.

    ``gone`` says of guests that are not in Nova's list whether Nova has surely deleted or never known them (True) or
    knows them (False); of a guest that is not in it nothing is said.
    """
    found = [*of_domains(observed, gone), *of_servers(observed), *of_fields(decision)]
    repairs = {step.target: step.action for step in decision.doable if isinstance(step, Change) and step.target}
    ids = {item.name: item.id for item in observed.of_kind("server")}
    return [one if one.repair else one._replace(repair=repairs.get(ids.get(one.name, ""), "")) for one in found]


def places(observed: Observed) -> dict[str, dict[str, Domain]]:
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
    known = {item.id for item in observed.of_kind("server")}
    for uuid, hosts in places(observed).items():
        where = ", ".join(sorted(hosts))
        running = [host for host, domain in hosts.items() if domain.state not in power.DOWN]
        domain = next(iter(hosts.values()))
        if len(running) > 1:
            yield Drift(TWIN, domain.name or uuid, where, f"guest {uuid} runs on {len(running)} hosts at once")
        if uuid in known or gone.get(uuid) is not True:
            continue
        if domain.name:
            text = f"guest {uuid} is {domain.state}, and Nova has deleted its server"
            yield Drift(ZOMBIE, domain.name, where, text)
        else:
            yield Drift(UNKNOWN_DOMAIN, uuid, where, f"guest is {domain.state}, and no server of Nova's")


def of_servers(observed: Observed) -> Iterator[Drift]:
    """Yield where a host contradicts what Nova says of a server."""
    if observed.domains is None:
        return
    found = places(observed)
    for item in observed.of_kind("server"):
        host = str(item.status.get("host") or "")
        guests = observed.domains.get(host, observed.domains.get(host.split(".", maxsplit=1)[0]))
        if guests is None or item.status.get("task_state") is not None:
            continue
        yield from of_server(item, host, guests.get(item.id), sorted(found.get(item.id, {})))


def of_server(item: Item, host: str, domain: Optional[Domain], elsewhere: list[str]) -> Iterator[Drift]:
    """Yield what the host contradicts of one server."""
    vm_state = str(item.status.get("vm_state"))
    if domain is None:
        if elsewhere:
            yield Drift(HOST, item.name, host, f"Nova says {host}, and it is on {', '.join(elsewhere)}")
        elif vm_state in ON_A_HOST:
            yield Drift(MISSING_DOMAIN, item.name, host, f"Nova says {vm_state}, and libvirt has no such guest")
        return
    if (vm_state == "active") == (domain.state in power.DOWN) and vm_state in {"active", "stopped"}:
        yield Drift(POWER, item.name, host, f"Nova says {vm_state}, and libvirt says {domain.state}")
    for text in resize.wrong_sizes(domain, item.fields.get("flavor") or {}):
        yield Drift(DEFINITION, item.name, host, text)


def of_fields(decision: Decision) -> Iterator[Drift]:
    """Yield where Nova's word and the declaration differ."""
    for step in decision.steps:
        if isinstance(step, Change):
            names = ", ".join(field.field for field in step.fields) if step.action not in {"create", "delete"} else ""
            text = f"{step.kind.replace('_', ' ')}: {names or step.reason or 'is missing'}"
            yield Drift(FIELD, step.name, "", text, step.action if not step.blocked else "", step.origin)
    for note in decision.notes:
        kind = UNSEEN if note.level == UNKNOWN else note.drift or FIELD
        if note.level in {HELD, DENIED, FOREIGN, UNKNOWN, IGNORED}:
            yield Drift(kind, note.name, note.host, f"{note.kind.replace('_', ' ')}: {note.text}", "", note.origin)
