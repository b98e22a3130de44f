"""Volumes hold what nothing else holds: they are made and grown, and let go only as a server's disk is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import consequence as c
from .. import mark
from ..change import DENIED, HELD, IGNORED, UNKNOWN, Change, FieldChange, Note
from . import taken_out
from .index import several
from .thing import creation, digest_of, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

PASSING = frozenset({"creating", "downloading", "attaching", "detaching", "deleting", "extending", "reserved"})


def no_cinder(index: Index) -> list[Note]:
    """Say once that this cloud has no volumes, where some are declared."""
    wanted = [one for one in index.desired.wanted if one.kind == "volume"]
    if not wanted or "volume" in index.observed.coverage:
        return []
    names = ", ".join(one.key for one in wanted)
    text = f"this cloud has no Cinder, so these are not made, nor the servers that need them: {names}"
    return [Note(DENIED, "volume", wanted[0].key, text, wanted[0].at())]


def decide_volume(index: Index, wanted: Wanted) -> list[Found]:
    """Decide on one declared volume."""
    if "volume" not in index.observed.coverage:
        return []
    items = index.find(wanted)
    if not items:
        if index.observed.covers("volume"):
            return [creation(wanted)]
        return [Note(UNKNOWN, "volume", wanted.key, "could not be looked for in full", wanted.at())]
    if len(items) > 1:
        return [Note(HELD, "volume", wanted.key, several(items), wanted.at())]
    return _decide_present(index, wanted, items[0])


def _decide_present(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Decide on a volume that is there."""
    status = str(item.status.get("status"))
    if status in PASSING:
        return [Note(HELD, "volume", wanted.key, f"Cinder is at work on it ({status})", wanted.at(), passing=True)]
    if status == "error" and index.owns(item):
        return _decide_failed(wanted, item)
    grown = []
    found = taken_out.taken_out_notes(index, wanted, item.fields)
    for field, after in wanted.fields.items():
        before = item.fields.get(field)
        change = FieldChange(field, before, after, wanted.at(field))
        if before == after:
            continue
        if field == "size_gb" and before < after and status == "available":
            grown.append(change)
        else:
            hint = ": detach it first" if field == "size_gb" and before < after else ""
            text = f"{field} cannot be changed from {before} to {after}{hint}"
            found.append(Note(DENIED, "volume", wanted.key, text, change.origin))
    return [*found, *([step("update", wanted, item, tuple(grown))] if grown else [])]


def _decide_failed(wanted: Wanted, item: Item) -> list[Found]:
    """Decide on a volume in error: mostly its making failed, and it is made anew as what holds data may be.

    Cinder puts volumes with data there, too: those of a server that it could not export again after its own restart
    (cinder/volume/manager.py, init_host), or that could not be brought back to a snapshot.
    """
    if item.status.get("attached"):
        return [
            Note(
                HELD, "volume", wanted.key, "it is in error, and a server has it: see cinder-volume's log", wanted.at()
            )
        ]
    if wanted.protect or item.fields.get("protect"):
        text = "it is in error and protected: delete it by hand, and it is made anew"
        return [Note(DENIED, "volume", wanted.key, text, wanted.at())]
    fields = (FieldChange("status", "error", "available", wanted.at(), c.DESTROYS_DATA),)
    return [step("replace", wanted, item, fields, "Cinder could not make it")]


def removal(index: Index, item: Item) -> list[Found]:
    """Let go of a volume that is not declared any more; one that others use, or that is protected, stays."""
    key = (item.mark.key if item.mark else None) or item.name
    if item.status.get("status") == "deleting":
        return [Note(HELD, "volume", key, "it is being deleted", passing=True)]
    if item.fields.get("protect"):
        return [Note(DENIED, "volume", key, "it is protected: it is not deleted")]
    for user in index.observed.of_kind("server"):
        if item.id in (user.fields.get("volumes") or ()) and not index.owns(user):
            return [Note(IGNORED, "volume", key, f"is no longer declared, and server {user.name} still uses it")]
    return [
        Change(
            "delete",
            "volume",
            key,
            reason="it is no longer declared",
            uid=mark.uid_of(index.desired.stack, "volume", key),
            target=item.id,
            consequences=(c.DESTROYS_DATA,),
            digest=digest_of(item),
        )
    ]


def attached_fields(index: Index, wanted: Wanted, item: Item) -> Iterator[tuple[str, Any, Any]]:
    """Yield the volumes of a server if they differ. Those of others, and what could not be looked at, do not count."""
    if not index.observed.covers("volume"):
        return
    known = [index.by_id.get(("volume", ident)) for ident in item.fields.get("volumes") or ()]
    before = sorted(one.mark.key or "" for one in known if one is not None and one.mark and index.owns(one))
    after = sorted(wanted.create.get("volumes") or ())
    if before != after:
        yield "volumes", before, after
