"""Options that were declared once and are not any more, and servers that run with what a name meant before.

Ours is what we last applied and is still so; whatever else is there may be somebody's, and is not looked at. It goes
back to what it would be had nobody ever declared it. Where that is not known, it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..change import IGNORED, Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

UNSAID: dict[str, dict[str, Any]] = {
    "flavor": {"ephemeral_gb": 0, "swap_mb": 0, "public": True},
    "image": {"public": False, "min_disk_gb": 0, "min_ram_mb": 0},
    "network": {"external": False, "shared": False, "port_security": True},
    "subnet": {"dns": [], "dhcp": True},
    "router": {"external": None},
}
"""What a field is that nobody declares."""
PAIRS = {"flavor": "extra_specs", "image": "properties"}
"""The field of a kind that is a mapping, of which each name counts for itself."""
KEPT = {"network": ("mtu",), "subnet": ("gateway", "pool"), "volume": ("type", "zone")}
"""Fields of which the service chose the value that they would have."""
SERVER = ("key_name", "user_data", "config_drive", "protect", "hints")
"""Fields of a server that stay as they are when they are taken out."""
NAMED = 3
"""So many servers are called by name."""


def options(wanted: Wanted, last: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return by field what should be in place of what was taken out; None for a name in a mapping that is to go.

    ``last`` is what we applied, ``before`` what is there, both in the words of the declaration.
    """
    found = {
        name: value
        for name, value in UNSAID.get(wanted.kind, {}).items()
        if name not in wanted.fields and name in last and last[name] == before.get(name)
    }
    field = PAIRS.get(wanted.kind, "")
    declared: Mapping[str, str] = wanted.fields.get(field) or {}
    has: Mapping[str, str] = before.get(field) or {}
    once: Mapping[str, str] = last.get(field) or {}
    gone = sorted(name for name in once if name not in declared and name in has and has[name] == once[name])
    return {**found, field: {**declared, **dict.fromkeys(gone)}} if gone else found


def taken_out_notes(index: Index, wanted: Wanted, before: Mapping[str, Any]) -> list[Found]:
    """Name the fields that were taken out and stay."""
    fields = SERVER if wanted.kind == "server" else KEPT.get(wanted.kind, ())
    open_to = [name for name in fields if name not in wanted.fields and before.get(name)]
    if not open_to:
        return []
    last = index.last(wanted)
    stay = [name for name in open_to if name in last and _same(name, last[name], before[name])]
    text = "is no longer declared and stays as it was: declare what it should be"
    return [Note(IGNORED, wanted.kind, wanted.key, f"{name} {text}", wanted.at()) for name in stay]


def _same(name: str, last: Any, before: Any) -> bool:
    """Tell whether a field is as we last applied it. Hints are seen as a digest alone."""
    return name == "hints" or bool(last == before)


def before_the_key(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Name the servers that keep a key pair that is replaced."""
    names = [one.name for one in index.observed.of_kind("server") if one.fields.get("key_name") == item.name]
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    text = f"{', '.join(sorted(names)[:NAMED])}{more} keep the key of before; only a new server takes the new one"
    return [Note(IGNORED, wanted.kind, wanted.key, text, wanted.at("public_key"))]


def old_specs(index: Index, wanted: Wanted, item: Item) -> str:
    """Say that a server runs with other extra specs than its flavor has, or is about to have; empty where not."""
    name, has = wanted.fields.get("flavor"), item.fields.get("flavor") or {}
    asked = (name, id(has))  # what many servers say alike is one value
    if asked not in index.specs:
        index.specs[asked] = _describe_change(has, _found_specs(index, name) if name else None)
    return index.specs[asked]


def _describe_change(has: Mapping[str, Any], should: Optional[tuple[str, dict[str, str]]]) -> str:
    """Say what ``old_specs`` says of a server's own flavor, and of the name and the extra specs of the one it names."""
    runs = has.get("extra_specs")
    if should is None or runs is None or runs == should[1] or has.get("name") != should[0]:
        return ""
    names = sorted(one for one in {*should[1], *runs} if runs.get(one) != should[1].get(one))
    return f"runs with the extra specs of before ({', '.join(names)}): a resize or a new server takes the new ones"


def _found_specs(index: Index, name: str) -> Optional[tuple[str, dict[str, str]]]:
    """Return a flavor's own name and the extra specs that it will have after the plan; None where that is not known."""
    item = index.item("flavor", name) if index.observed.covers("flavor") else None
    if item is None:
        return None
    wanted = index.wanted.get(("flavor", name))
    has: dict[str, str] = dict(item.fields.get("extra_specs") or {})
    if wanted is None or not index.owns(item):
        return item.name, has
    after = {**has, **(wanted.fields.get("extra_specs") or {})}
    after.update(options(wanted, index.last(wanted), item.fields).get("extra_specs") or {})
    return item.name, {one: value for one, value in after.items() if value is not None}
