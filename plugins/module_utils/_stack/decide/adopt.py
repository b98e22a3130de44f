"""Taking over a server that somebody else made: the one that the declaration names, and by nothing but our marks.

Until that was asked for, such a server is compared with its declaration and nothing is done to it. Nova takes tags and
metadata of servers in four states only (nova/compute/api.py and server_tags.py of 2025.1); one that is shelved is
ours by its id, which the declaration and the journal know, and is marked when it is awake.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Optional

from .. import consequence
from ..change import DENIED, FOREIGN, HELD, IGNORED, Change, FieldChange, Note
from . import guard, lifecycle
from .thing import digest_of

if TYPE_CHECKING:
    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

MARKABLE = frozenset({"active", "paused", "suspended", "stopped"})
SHELVED = frozenset({"shelved", "shelved_offloaded"})
WAKING = frozenset({lifecycle.UNSHELVE})
BY_ID = "id"
"""The field of a step that takes a server over by its id alone."""
COMMAND = "novaform adopt takes it over"
OURS_ALONE = frozenset({"protect"})
"""Fields that are part of our mark: that they are not written yet is not a difference."""


def refusal(index: Index, wanted: Wanted, item: Item) -> Optional[str]:
    """Return why a server without a whole mark of ours must be left alone; None where it may be taken over."""
    if item.mark is None or (index.owns(item) and item.mark.uid == wanted.uid):
        return None
    if item.mark.stack not in {None, index.desired.stack}:
        return f"server {item.id} belongs to stack {item.mark.stack}"
    if item.mark.uid != wanted.uid:
        return f"server {item.id} bears the mark of another thing of this stack ({item.mark.key or item.mark.uid})"
    if not index.policy.adopts(wanted.key):
        text = f"server {item.id} bears half of our mark only: somebody changed its tags or metadata"
        return f"{text}; novaform adopt {wanted.key} completes it"
    return None


def absent(wanted: Wanted) -> Note:
    """Say that there is no server to take over. A new one is not made of a mistyped id."""
    asked = wanted.adopt.get("id") or wanted.adopt.get("name")
    text = f"there is no server {asked} to adopt: take 'adopt' out to have a new one made"
    return Note(DENIED, "server", wanted.key, text, wanted.at("adopt"))


def _to_mark(index: Index, wanted: Wanted, item: Item) -> Change:
    """Return the step that writes our mark: its one field is the mark."""
    at = wanted.at("adopt")
    field = FieldChange("mark", item.mark and "half", f"{index.desired.stack}/{wanted.key}", at)
    return Change(
        "adopt",
        "server",
        wanted.key,
        uid=wanted.uid,
        target=item.id,
        fields=(field,),
        consequences=(consequence.NONE,),
        origin=at,
        digest=digest_of(item),
    )


def decide(index: Index, wanted: Wanted, item: Item, kept: list[Found]) -> list[Found]:
    """Decide on a server that bears no whole mark. ``kept`` is what would be done to one of ours."""
    several = index.find(wanted)[1:]
    if several:
        ids = ", ".join(one.id for one in (item, *several))
        return [
            Note(FOREIGN, "server", wanted.key, f"several servers could be meant ({ids}): adopt by id", wanted.at())
        ]
    kept = [one for one in map(_without_mark, kept) if one is not None]
    notes: list[Found] = [one for one in kept if isinstance(one, Note)]
    steps = [one for one in kept if isinstance(one, Change)]
    marking = _to_mark(index, wanted, item)
    if _is_remembered(index, wanted, item):
        return _ours(wanted, item, kept, marking)
    blocked = [guard.block(one, f"it is not ours yet: {COMMAND}") for one in steps]
    if not index.policy.adopts(wanted.key):
        text = f"server {item.id} is as declared and not ours yet: {COMMAND}"
        return (
            [*notes, *blocked] if blocked else [Note(IGNORED, "server", wanted.key, text, wanted.at("adopt")), *notes]
        )
    if steps and not index.policy.adopt_differing:
        marking = guard.block(
            marking, f"it is not as declared ({', '.join(_what(steps))}): --differing takes it all the same"
        )
    return [*_adoption_steps(wanted, item, marking), *notes, *blocked]


def _what(steps: list[Change]) -> list[str]:
    """Return what differs, in words."""
    return [", ".join(field.field for field in one.fields) or one.action for one in steps]


def _is_remembered(index: Index, wanted: Wanted, item: Item) -> bool:
    """Tell whether this very server was taken over before."""
    applied = index.applied.get(wanted.uid)
    return applied is not None and applied.id == item.id


def _adoption_steps(wanted: Wanted, item: Item, marking: Change) -> list[Found]:
    """Return the step that takes a server over, as far as Nova lets us."""
    vm_state, task = str(item.status.get("vm_state")), item.status.get("task_state")
    if task is None and vm_state in MARKABLE:
        return [marking]
    if task is None and vm_state in SHELVED:
        by_id = FieldChange(BY_ID, None, item.id, wanted.at("adopt"))
        return [replace(marking, fields=(by_id,), reason="by its id alone: Nova takes no marks of a shelved server")]
    text = f"cannot be marked while Nova has it {vm_state}" + (f" (task {task})" if task else "")
    return [Note(HELD, "server", wanted.key, text, wanted.at("adopt"), passing=task is not None)]


def _ours(wanted: Wanted, item: Item, kept: list[Found], marking: Change) -> list[Found]:
    """Decide on a server that was taken over by its id: it is kept like any other, and marked as soon as it can be."""
    vm_state, task = str(item.status.get("vm_state")), item.status.get("task_state")
    if task is None and vm_state in MARKABLE:
        return [marking, *kept]
    if any(isinstance(one, Change) and one.action in WAKING for one in kept):
        return [*kept, marking]
    text = "is ours by its id and is marked when it is awake"
    return [Note(IGNORED, "server", wanted.key, text, wanted.at("adopt")), *kept]


def _without_mark(found: Found) -> Optional[Found]:
    """Return a step without the fields that the mark itself sets; None where nothing is left of it."""
    if not isinstance(found, Change) or found.action != "update":
        return found
    fields = tuple(one for one in found.fields if one.field not in OURS_ALONE)
    return replace(found, fields=fields) if fields else None
