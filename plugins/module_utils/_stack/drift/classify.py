"""Where the declaration, Nova, Placement and the hosts disagree, each disagreement once and with its class.

Only the hosts' own word can show these: a guest that Nova believes in and that is not there (missing-domain), one that
runs and that Nova never knew (unknown-domain) or has deleted (zombie), one that runs on two hosts (twin) or on another
host than Nova says (host), one that is off while Nova says ACTIVE (power), one with other sizes, interfaces or volumes
than its server (definition). What is set aside for the scheduler (allocation) is Placement's word. Where servers are,
against their groups, zones and hosts (placement), and all else that is declared (field), is Nova's and Neutron's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ..change import DENIED, FOREIGN, HELD, IGNORED, UNKNOWN, Change, readable
from .allocation import of_allocations
from .drift import FIELD, REPAIRS, UNSEEN, Drift
from .host import of_domains, of_servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..change import Decision, Note
    from ..observed import Observed

TOLD = frozenset({HELD, DENIED, FOREIGN, UNKNOWN, IGNORED})
NO_FIELDS = frozenset({"create", "delete"})


def classify(observed: Observed, decision: Decision, gone: Mapping[str, bool]) -> list[Drift]:
    """Return all drift, the hosts' first.

    ``gone`` says of guests and consumers that are not in Nova's list whether Nova has surely deleted or never known
    them (True) or knows them (False); of one that is not in it nothing is said.
    """
    found = [*of_domains(observed, gone), *of_servers(observed), *of_allocations(observed, gone)]
    notes = {(note.drift, note.name): note for note in decision.notes if note.drift}
    found = [_in_full(one, decision, notes.get((one.kind, one.name))) for one in found]
    return [*found, *_of_steps(decision, found), *_of_notes(decision, found)]


def _in_full(one: Drift, decision: Decision, note: Optional[Note]) -> Drift:
    """Return what a host contradicts with the step that ends it, or with what the decision has to say of it."""
    steps = [step for step in decision.doable if isinstance(step, Change) and step.target == one.id]
    repair = next((step for step in steps if step.action in REPAIRS.get(one.kind, ())), None)
    if repair is not None:
        return one._replace(repair=repair.action, origin=repair.origin)
    return one if note is None else one._replace(text=note.text, origin=note.origin)


def _of_steps(decision: Decision, found: Sequence[Drift]) -> Iterator[Drift]:
    """Yield what a step would change, unless the hosts' word on the same is told already."""
    told = {(one.kind, one.id) for one in found}
    for step in decision.steps:
        if not isinstance(step, Change) or (step.drift, step.target) in told:
            continue
        not_done = f" (not done: {step.blocked})" if step.blocked else ""
        done = "" if step.blocked else step.action
        kind = step.drift or FIELD
        yield Drift(kind, step.name, "", _text_of(step) + not_done, done, step.origin, step.kind, id=step.target)


def _text_of(step: Change) -> str:
    """Return what is not as declared about one thing."""
    if step.action == "create":
        return "is missing"
    fields = [
        f"{one.field} is {readable(one.before)} and should be {readable(one.after)}"
        for one in (step.fields if step.action not in NO_FIELDS else ())
    ]
    return "; ".join(fields) or step.reason or "differs"


def _of_notes(decision: Decision, found: Sequence[Drift]) -> Iterator[Drift]:
    """Yield what stays as it is."""
    told = {(one.kind, one.name) for one in found}
    for note in decision.notes:
        if note.level not in TOLD or (note.drift, note.name) in told:
            continue
        kind = UNSEEN if note.level == UNKNOWN else note.drift or FIELD
        ignored = note.level == IGNORED
        yield Drift(kind, note.name, note.host, note.text, "", note.origin, note.kind, ignored)
