"""The fields of a server, side by side: what is declared, and what Nova, Neutron and our mark say of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..._core.hidden import Hidden, cover
from ..model.thing import FLAVOR_SIZES
from . import interface
from .index import is_belied
from .interface import UNSET
from .thing import differs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index

SHARED = frozenset({"metadata", "tags"})
TOLD_BY = {
    "networks": ("port", "network"),
    "security_groups": ("port", "security_group"),
    "port_groups": ("port", "network", "security_group"),
    "fixed_ips": ("port", "network"),
    "server_group": ("server_group",),
    "flavor": ("flavor",),
    "image": ("image",),
}
"""What must have been listed in full before a field can be compared: else ids would stand where names are declared."""


def pairs(index: Index, wanted: Wanted, item: Item) -> Iterator[tuple[str, Any, Any]]:
    """Yield (field, before, after) for every declared field that differs."""
    for field in wanted.fields:
        before, after_there = both(index, wanted, item, field)
        if field not in SHARED and after_there is not UNSET and differs(before, after_there):
            yield field, before, after_there
    yield from _shared_fields(index, wanted, item)


def both(index: Index, wanted: Wanted, item: Item, field: str) -> tuple[Any, Any]:
    """Return one field as it is and as it should be; UNSET where it cannot be told."""
    after = wanted.fields[field]
    if not all(index.observed.covers(kind) for kind in TOLD_BY.get(field, ())):
        return None, UNSET
    if field == "flavor":
        return _flavors(index, item, after)
    if field == "image":
        return _images(index, item, after)
    if field in interface.FIELDS:
        return interface.FIELDS[field](index, wanted, item)
    if field == "server_group":
        return _group(index, item, after)
    if field == "hints":
        return item.fields.get(field), hints_digest(after) if field in item.fields else UNSET
    if field not in item.fields or (item.fields[field] is None and field in {"user_data", "zone"}):
        return None, UNSET
    return item.fields[field], after


def sizes(fields: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes of a flavor, with what nobody declared taken as Nova takes it."""
    return {name: int(fields.get(name) or 0) for name in FLAVOR_SIZES}


def _flavors(index: Index, item: Item, name: str) -> tuple[Any, Any]:
    """Compare by sizes as well as by name: another flavor may hide under the same name. An id stands for its name."""
    wanted = index.wanted.get(("flavor", name))
    known = index.item("flavor", name)
    source = wanted.fields if wanted is not None else (known.fields if known is not None else None)
    if source is None:
        return None, UNSET
    has: Mapping[str, Any] = item.fields["flavor"]
    called = known.name if wanted is None and known is not None else name
    return {"name": has.get("name"), **sizes(has)}, {"name": called, **sizes(source)}


def _images(index: Index, item: Item, name: str) -> tuple[Any, Any]:
    """Compare by what is in the image. An image that is gone from Glance is not a reason to destroy what it made."""
    has = index.by_id.get(("image", item.fields.get("image") or ""))
    wanted = index.wanted.get(("image", name))
    if has is None:
        return None, UNSET
    if wanted is None:
        should = index.item("image", name)
        return (_image_name(index, has), _image_name(index, should)) if should is not None else (None, UNSET)
    same = has.mark is not None and has.mark.uid == wanted.uid and not is_belied(has, wanted)
    if same and has.fields.get("content") is None:
        return None, UNSET
    before = [index.declared_name("image", has.id) if same else has.name, has.fields.get("content") if same else has.id]
    return before, [name, wanted.fields.get("content")]


def _image_name(index: Index, image: Item) -> list[Any]:
    """Return an image as name and id."""
    return [index.declared_name("image", image.id), image.id]


def _group(index: Index, item: Item, name: str) -> tuple[Any, Any]:
    """Tell whether a server is a member of its server group, which it can become only when it is made."""
    known = index.item("server_group", name)
    return name if known is not None and item.id in index.members(known) else None, name


def hints_digest(hints: Mapping[str, Any]) -> str:
    """Return scheduler hints in 16 characters: Nova tells them to newer clients only, so a server bears this mark."""
    text = json.dumps({name: list(values) for name, values in hints.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shared_fields(index: Index, wanted: Wanted, item: Item) -> Iterator[tuple[str, Any, Any]]:
    """Yield metadata and tags, which others may write, too.

    Ours is what is declared, and what we once set and is declared no more (None for such metadata); the rest is not
    looked at.
    """
    last = index.last(wanted)
    has: Mapping[str, str] = item.fields.get("metadata") or {}
    declared: Mapping[str, str] = wanted.fields.get("metadata") or {}
    others = has.keys() - declared.keys()
    once: Mapping[str, str] = (last.get("metadata") or {}) if others else {}
    gone = {name for name in others & once.keys() if once[name] in (has[name], Hidden(has[name]))}
    before = {name: has.get(name) for name in sorted({*declared, *gone})}
    after = {name: declared.get(name) for name in before}
    if before != after:
        before, stale = _cover_secrets(before, after, item, last.get("metadata") or {})
        if stale or before != after:
            yield "metadata", before, after
    tags = set(wanted.fields.get("tags") or ())
    there = set(item.fields.get("tags") or ())
    if there - tags:
        there &= tags | set(last.get("tags") or ())
    if there != tags:
        yield "tags", sorted(there), sorted(tags)


def _cover_secrets(
    before: Mapping[str, Any], after: Mapping[str, Any], item: Item, last: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return metadata as it is, with what is or was a secret hidden, and whether one is still remembered in clear."""
    secret = {name for source in (after, last) for name, value in source.items() if isinstance(value, Hidden)}
    stale = any(isinstance(value, Hidden) and isinstance(last.get(name), str) for name, value in after.items())
    return cover(before, {*secret, *(item.fields.get("hidden") or ())}), stale


def show(field: str, value: Any) -> Any:
    """Return a value as a person reads it."""
    if field == "flavor" and isinstance(value, dict):
        return f"{value['name']} ({value['vcpus']} vCPU, {value['ram_mb']} MiB, {value['disk_gb']} GiB)"
    if field == "image" and isinstance(value, list):
        return f"{value[0]} ({str(value[1])[:19]})"
    if field == "user_data" and isinstance(value, str):
        return f"sha256 {value[:12]}"
    return value
