"""How a thing that is not a server gets from observed to desired: a table per kind says what each field may do."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from .. import consequence, mark, rule_text
from ..change import DENIED, FOREIGN, HELD, IGNORED, UNKNOWN, Change, FieldChange, Note
from . import taken_out
from .index import several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index

UPDATE, REPLACE, DENY, IGNORE = "update", "replace", "deny", "ignore"


class KindRule(NamedTuple):
    """What changing a field takes, and costs."""

    how: str
    costs: str = consequence.NONE


RULES: dict[str, dict[str, KindRule]] = {
    "flavor": {"extra_specs": KindRule(UPDATE)},
    "key": {"public_key": KindRule(REPLACE)},
    "image": {
        "public": KindRule(UPDATE),
        "properties": KindRule(UPDATE),
        "min_disk_gb": KindRule(UPDATE),
        "min_ram_mb": KindRule(UPDATE),
    },
    "network": {
        "shared": KindRule(UPDATE),
        "mtu": KindRule(UPDATE),
        "port_security": KindRule(UPDATE),
        "external": KindRule(DENY, consequence.CHANGES_IP),
    },
    "subnet": {
        "cidr": KindRule(DENY, consequence.CHANGES_IP),
        "gateway": KindRule(UPDATE),
        "dns": KindRule(UPDATE),
        "dhcp": KindRule(UPDATE),
        "pool": KindRule(UPDATE),
    },
    "router": {"external": KindRule(UPDATE, consequence.DOWNTIME)},
    "interface": {"router": KindRule(REPLACE, consequence.DOWNTIME)},
    "security_group": {"rules": KindRule(UPDATE)},
    "server_group": {"policy": KindRule(DENY)},
    "floating_ip": {
        "server": KindRule(UPDATE),
        "network": KindRule(UPDATE),
        "external": KindRule(DENY, consequence.CHANGES_IP),
    },
}
SIZE = KindRule(REPLACE)
"""Nova cannot change a flavor: any other field of one makes a new flavor under the same name."""

TOLD_BY = {
    ("router", "external"): ("network",),
    ("interface", "router"): ("router",),
    ("floating_ip", "server"): ("port", "server"),
    ("floating_ip", "network"): ("port", "network"),
    ("floating_ip", "external"): ("network",),
}
"""What must have been listed in full before a field can be compared."""

MARK = "mark"
"""The tags of a mark, as a field: they come in a request of their own, which may have been the one too many."""

Found = Union[Change, Note]


def _seen_fields(index: Index, item: Item) -> Mapping[str, Any]:
    """Return an item's fields with ids turned into the names that the declaration uses."""
    fields = dict(item.fields)
    if item.kind == "router":
        fields["external"] = index.declared_name("network", fields["external"]) if fields.get("external") else None
    if item.kind == "interface":
        fields["router"] = index.declared_name("router", fields.get("router"))
    if item.kind == "floating_ip":
        fields["server"] = index.declared_name("server", fields["server"]) if fields.get("server") else None
        for name in ("network", "external"):
            fields[name] = index.declared_name("network", fields[name]) if fields.get(name) else None
    if item.kind == "security_group":
        fields["rules"] = rule_text.with_peers(
            fields["rules"], lambda ident: index.declared_name("security_group", ident)
        )
    return fields


def _declared_value(index: Index, kind: str, field: str, after: Any) -> Any:
    """Return a declared value in the words of ``_seen_fields``, of a thing that is known by name or id."""
    if (kind, field) in TOLD_BY and after:
        return index.word(TOLD_BY[kind, field][-1], after)
    if (kind, field) == ("security_group", "rules"):
        return rule_text.with_peers(after, lambda name: index.word("security_group", name))
    return after


def differs(before: Any, after: Any) -> bool:
    """Compare as declared: of a mapping only the declared keys count."""
    if isinstance(after, dict):
        return any((before or {}).get(name) != value for name, value in after.items())
    return bool(before != after)


def digest_of(item: Item) -> str:
    """Return what an item was like, in 16 characters."""
    text = json.dumps([item.id, dict(item.fields), item.status.get("vm_state")], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def creation(wanted: Wanted, action: str = "create", costs: str = consequence.NONE) -> Change:
    """Return the step that makes a thing."""
    fields = tuple(FieldChange(name, None, value, wanted.at(name)) for name, value in sorted(wanted.fields.items()))
    return Change(
        action, wanted.kind, wanted.key, uid=wanted.uid, fields=fields, consequences=(costs,), origin=wanted.at()
    )


def decide_thing(index: Index, wanted: Wanted) -> list[Found]:
    """Decide on one thing that is neither a server, a volume nor an image."""
    items = index.find(wanted)
    if not items:
        if not index.observed.covers(wanted.kind):
            return [Note(UNKNOWN, wanted.kind, wanted.key, "could not be looked for in full", wanted.at())]
        return [creation(wanted)]
    if len(items) > 1:
        return [Note(HELD, wanted.kind, wanted.key, several(items), wanted.at())]
    return compare(index, wanted, items[0])


def compare(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Return the step and the notes between one thing and its desire."""
    before = _seen_fields(index, item)
    changes: dict[str, list[FieldChange]] = {UPDATE: [], REPLACE: [], DENY: [], IGNORE: []}
    gone = _options(index, wanted, item, before)
    for name, after in {**wanted.fields, **gone}.items():
        if not _is_told(index, item, name) or not differs(
            before.get(name), _declared_value(index, item.kind, name, after)
        ):
            continue
        rule = RULES[wanted.kind].get(name, SIZE)
        changes[rule.how].append(FieldChange(name, before.get(name), after, wanted.at(name), rule.costs))
    if item.mark is not None and not item.mark.tagged and index.owns(item):
        tags = mark.tags_of(index.desired.stack, wanted.uid)
        changes[UPDATE].append(FieldChange(MARK, None, tags, wanted.at()))
    notes = taken_out.taken_out_notes(index, wanted, before) if index.owns(item) else []
    if not any(changes.values()):
        return notes
    if not _may_change(index, wanted, item):
        names = ", ".join(sorted(one.field for group in changes.values() for one in group))
        text = f"exists with another {names} and is not ours: rename yours, or make it equal"
        return [Note(FOREIGN, wanted.kind, wanted.key, text, wanted.at())]
    notes += taken_out.before_the_key(index, wanted, item) if wanted.kind == "key" else []
    return [*notes, *_notes_of(wanted, changes[DENY], changes[IGNORE]), *_steps_of(wanted, item, changes)]


def _options(index: Index, wanted: Wanted, item: Item, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return by field what should be in place of what was taken out, of a thing of ours."""
    if not index.owns(item):
        return {}
    last = {name: _declared_value(index, item.kind, name, value) for name, value in index.last(wanted).items()}
    return taken_out.options(wanted, last, before)


def _is_told(index: Index, item: Item, field: str) -> bool:
    """Tell whether a field can be compared: whether it names something, and that something was seen."""
    kinds = TOLD_BY.get((item.kind, field), ())
    ident = item.fields.get(field)
    return all(index.observed.covers(kind) for kind in kinds) and not (
        kinds and ident and (kinds[-1], ident) not in index.by_id
    )


def _may_change(index: Index, wanted: Wanted, item: Item) -> bool:
    """Tell whether a thing is ours to change. Key pairs bear no marks: there, what we last applied is the proof."""
    if wanted.kind == "key":
        return index.last(wanted).get("public_key") == item.fields.get("public_key")
    return wanted.kind in {"server_group", "interface"} or index.owns(item)


def _notes_of(wanted: Wanted, denied: list[FieldChange], ignored: list[FieldChange]) -> list[Found]:
    """Say which differences stay."""
    told = [
        Note(
            DENIED,
            wanted.kind,
            wanted.key,
            f"{one.field} cannot be changed from {one.before} to {one.after}",
            one.origin,
        )
        for one in denied
    ]
    return [*told, *(Note(IGNORED, wanted.kind, wanted.key, f"{one.field} differs", one.origin) for one in ignored)]


def _steps_of(wanted: Wanted, item: Item, changes: Mapping[str, list[FieldChange]]) -> list[Found]:
    """Return one step for all fields: a replacement if one of them needs it."""
    action = REPLACE if changes[REPLACE] else UPDATE
    fields = tuple(changes[REPLACE] + changes[UPDATE])
    return [step(action, wanted, item, fields)] if fields else []


def leading(wanted: Wanted, item: Item) -> Change:
    """Return the step that leads a floating address to its server's new port."""
    server = wanted.fields["server"]
    return Change(
        UPDATE,
        wanted.kind,
        wanted.key,
        reason=f"server {server} is replaced",
        uid=wanted.uid,
        target=item.id,
        fields=(FieldChange("server", None, server, wanted.at("server")),),
        consequences=(consequence.NONE,),
        origin=wanted.at(),
        digest=digest_of(item),
    )


def step(action: str, wanted: Wanted, item: Item, fields: tuple[FieldChange, ...], why: str = "") -> Change:
    """Return a step on something that is there; what its fields cost is what it costs."""
    return Change(
        action,
        wanted.kind,
        wanted.key,
        reason=why,
        uid=wanted.uid,
        target=item.id,
        fields=fields,
        consequences=tuple(sorted({one.consequence for one in fields})) or (consequence.NONE,),
        origin=(fields[0].origin if fields else "") or wanted.at(),
        digest=digest_of(item),
    )
