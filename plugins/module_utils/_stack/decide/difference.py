"""In which fields a server differs from its declaration, and what its policy lets be done about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import consequence as c
from ..change import DENIED, IGNORED, PLACEMENT, FieldChange, Note
from . import interface, lifecycle, taken_out, volume
from .guard import FATAL
from .server_field import pairs, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

COSTS = {
    ("update", "networks"): c.CHANGES_IP,
    ("update", "fixed_ips"): c.CHANGES_IP,
    ("resize", "flavor"): c.MOVES_HOST,
    "rebuild": c.DESTROYS_ROOT_DISK,
    "replace": c.CHANGES_UUID,
}
POLICED = {
    "flavor": "resize",
    "image": "deny",
    "fixed_ips": "deny",
    **dict.fromkeys(("user_data", "key_name", "zone", "config_drive", "server_group", "hints"), "ignore"),
}
GENTLEST = {"image": "rebuild", "fixed_ips": "update"}
"""The policy to propose where one is denied; else a replacement."""
OPTIONS = {"key_name": "key", "fixed_ips": "fixed_ip"}
PLACES = {"key_name": ("key",), "server_group": ("server_group", "spread")}
PLACES.update(dict.fromkeys(("fixed_ips", "port_groups"), ("networks",)))
"""Under which words of the declaration a field stands, where not under its own."""


def differing(index: Index, wanted: Wanted, item: Item) -> tuple[list[tuple[str, FieldChange]], list[Found]]:
    """Return the fields that differ, each with its action, and notes on those that stay."""
    found: list[tuple[str, FieldChange]] = []
    notes: list[Found] = []
    for field, before, after in (*pairs(index, wanted, item), *volume.attached_fields(index, wanted, item)):
        action = wanted.policy.get(field, POLICED[field]) if field in POLICED else "update"
        costs = COSTS.get((action, field), COSTS.get(action, c.NONE))
        change = FieldChange(field, show(field, before), show(field, after), _place(wanted, field), costs)
        if action in {"ignore", "deny"}:
            notes.append(_refusal(wanted, item, change, action))
        elif action == "migrate":
            notes.append(_zone_note(wanted, item, change, action))
        elif action == "resize" and not _is_resized(item) and _shrunk(item, before, after):
            text = (
                f"{_words(change.before)} cannot become {_words(change.after)}: {_shrunk(item, before, after)}: denied "
            )
            text += f"(on_change: {{flavor: replace}} would do it, {COSTS['replace']})"
            notes.append(Note(DENIED, "server", wanted.key, text, change.origin))
        elif action in FATAL and (wanted.protect or item.fields.get("protect")):
            text = f"{field} differs and would {action} it, but it is protected"
            notes.append(Note(DENIED, "server", wanted.key, text, change.origin))
        else:
            found.append((action, change))
    return found, [*notes, *taken_out.taken_out_notes(index, wanted, item.fields), *_unlike(index, wanted, item)]


def _unlike(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Say in what a new server would differ."""
    disorder, specs = interface.disorder(index, wanted, item), taken_out.old_specs(index, wanted, item)
    if not (disorder or specs):
        return []
    said = (("networks", disorder), ("flavor", specs))
    return [Note(IGNORED, "server", wanted.key, text, wanted.at(field)) for field, text in said if text]


def _is_resized(item: Item) -> bool:
    """Tell whether a resize waits to be confirmed: its old guest is there yet, with its disk."""
    return bool(item.status.get("vm_state") == lifecycle.RESIZED)


def _shrunk(item: Item, before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """Say which disk would become smaller, which Nova and libvirt refuse; the size of a root volume is its own."""
    own = ("disk_gb", "ephemeral_gb") if item.fields.get("image") else ("ephemeral_gb",)
    smaller = [name for name in own if after[name] < before[name]]
    return f"no disk can shrink from {before[smaller[0]]} to {after[smaller[0]]} GiB" if smaller else ""


def _place(wanted: Wanted, field: str) -> str:
    """Return where a field was written."""
    return next((wanted.at(name) for name in PLACES.get(field, ()) if name in wanted.origin), wanted.at(field))


def _refusal(wanted: Wanted, item: Item, change: FieldChange, action: str) -> Note:
    """Say that a difference stays, and what would end it."""
    if change.field == "zone":
        return _zone_note(wanted, item, change, action)
    if action == "ignore":
        return Note(IGNORED, "server", wanted.key, f"{change.field} differs and is ignored", change.origin)
    option = OPTIONS.get(change.field, change.field)
    other = GENTLEST.get(change.field, "replace")
    cost = COSTS.get((other, change.field)) or COSTS[other]
    text = f"{option} is {_words(change.before)} and should be {_words(change.after)}: "
    text += f"denied (on_change: {{{option}: {other}}}"
    return Note(DENIED, "server", wanted.key, f"{text} would do it, {cost})", change.origin)


def _words(value: Any) -> str:
    """Return a value of a field in words."""
    if isinstance(value, dict):
        return "; ".join(f"{_words(one)} on {name}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _zone_note(wanted: Wanted, item: Item, change: FieldChange, action: str) -> Note:
    """Say that a server is in another zone than declared, and on which host."""
    ends = {"ignore": "ignored", "migrate": "moving between zones is not possible yet"}
    end = ends.get(action, f"denied (on_change: {{zone: replace}} would do it, {COSTS['replace']})")
    text = f"zone is {change.before} and should be {change.after}: {end}"
    host = str(item.status.get("host") or "")
    level = IGNORED if action == "ignore" else DENIED
    return Note(level, "server", wanted.key, text, change.origin, drift=PLACEMENT, host=host)
