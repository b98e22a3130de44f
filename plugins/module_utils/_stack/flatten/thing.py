"""One thing of a declaration as a desired thing: with its uid, its written fields and where they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import mark
from ..desired import Wanted
from ..view import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def written_fields(thing: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return those fields that somebody wrote, or that differ from what the model takes when nobody does."""
    defaults = thing._field_defaults
    values = {name: getattr(thing, name) for name in names}
    return {
        name: value
        for name, value in values.items()
        if thing.origins.has(name) or name not in defaults or value != defaults[name]
    }


def _origin_of(thing: Any) -> Mapping[str, str]:
    """Return where the thing and its fields were written; nothing for things that no file declares."""
    return Places(thing.origins) if thing.origins.file else {}


def want(stack: str, kind: str, thing: Any, **more: Any) -> Wanted:
    """Return the desired thing of a kind; ``more`` overrides what follows from its name."""
    key = str(more.pop("key", None) or getattr(thing, "key", None) or thing.name)
    name = str(more.pop("name", None) or thing.name)
    origin = more.pop("origin", None) or _origin_of(thing)
    return Wanted(kind, key, name, mark.uid_of(stack, kind, key), origin=origin, **more)
