"""An image cannot change: another content is another image, and the old one goes when no server was made from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import consequence
from ..change import HELD, UNKNOWN, Change, Note
from .index import holds, is_belied, is_whole, several
from .thing import compare, creation, digest_of

if TYPE_CHECKING:
    from ..desired import Desired, Wanted
    from ..observed import Item, Observed
    from .index import Index
    from .thing import Found


FORMAT = "qcow2"
"""Of an image that does not say."""


def concerns(desired: Desired, observed: Observed) -> bool:
    """Tell whether an image is perhaps to be uploaded, so that the formats that Glance takes are worth a request."""
    there = {item.mark.uid for item in observed.items if item.mark is not None}
    return any(one.kind == "image" and one.uid not in there for one in desired.wanted)


def _untaken(index: Index, wanted: Wanted) -> str:
    """Say why Glance would not take an image of its format; empty where it would, or does not tell."""
    formats, declared = index.observed.image_formats, wanted.create.get("format") or FORMAT
    if not formats or declared in formats:
        return ""
    taken = ", ".join(sorted(formats))
    into = f" (qemu-img convert -O {FORMAT})" if FORMAT in formats else ""
    return f"this cloud takes images in {taken}, and not in {declared}: convert it{into}"


def decide_image(index: Index, wanted: Wanted) -> list[Found]:
    """Decide on an image; half an upload goes as an old one does."""
    items = index.find(wanted)
    current = [item for item in items if holds(item, wanted)]
    found: list[Found] = []
    silent = [item.id for item in items if is_whole(item) and item.fields.get("content") is None]
    if len(current) > 1:
        found = [Note(HELD, wanted.kind, wanted.key, several(current), wanted.at())]
    elif current:
        found = compare(index, wanted, current[0])
    elif silent:
        text = f"{silent[0]} bears our mark and does not say what is in it: somebody changed its properties"
        found = [Note(HELD, wanted.kind, wanted.key, text, wanted.at())]
    elif index.observed.covers("image"):
        found = [replace(creation(wanted), blocked=_untaken(index, wanted))]
    else:
        found = [Note(UNKNOWN, wanted.kind, wanted.key, "could not be looked for in full", wanted.at())]
    old = [item for item in items if item not in current and index.owns(item) and index.observed.covers("image")]
    return [*found, *(_superseded_step(wanted, item) for item in old if not _is_used(index, item))]


def _cause(wanted: Wanted, item: Item) -> str:
    """Say why an image is not the declared one any more."""
    if not is_whole(item):
        return "its upload was cut off"
    same = item.fields.get("content") == wanted.fields.get("content") and is_belied(item, wanted)
    return "Glance's own digest says that another content is in it" if same else "another content is declared"


def _superseded_step(wanted: Wanted, item: Item) -> Change:
    """Return the step that removes an image that a newer one of the same name has replaced."""
    return Change(
        "delete",
        wanted.kind,
        wanted.key,
        reason=_cause(wanted, item),
        uid=wanted.uid,
        target=item.id,
        consequences=(consequence.NONE,),
        origin=wanted.at("file"),
        digest=digest_of(item),
    )


def _is_used(index: Index, image: Item) -> bool:
    """Tell whether a server was made from an image; yes where not all servers could be looked at."""
    servers = index.observed.of_kind("server")
    return not index.observed.covers("server") or any(one.fields.get("image") == image.id for one in servers)
