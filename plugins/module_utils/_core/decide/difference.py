"""In which fields a server differs from its declaration, and what its policy lets be done about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import consequence as c
from ..change import DENIED, IGNORED, PLACEMENT, FieldChange, Note
from . import volume
from .guard import FATAL
from .server_field import pairs, shown

if TYPE_CHECKING:
    from ..desired import Wanted
    from ..observed import Item
    from .thing import Found
    from .world import World

COSTS = {
    ("update", "networks"): c.CHANGES_IP,
    ("resize", "flavor"): c.MOVES_HOST,
    "rebuild": c.DESTROYS_ROOT_DISK,
    "replace": c.CHANGES_UUID,
}
POLICED = {"flavor": "resize", "image": "deny", "user_data": "ignore", "key_name": "ignore", "zone": "ignore"}
POLICED["config_drive"] = "ignore"


def differing(world: World, wanted: Wanted, item: Item) -> tuple[list[tuple[str, FieldChange]], list[Found]]:
    """Return the fields that differ, each with its action, and notes on those that stay."""
    found: list[tuple[str, FieldChange]] = []
    notes: list[Found] = []
    for field, before, after in (*pairs(world, wanted, item), *volume.attached(world, wanted, item)):
        action = wanted.policy.get(field, POLICED[field]) if field in POLICED else "update"
        costs = COSTS.get((action, field), COSTS.get(action, c.NONE))
        change = FieldChange(field, shown(field, before), shown(field, after), wanted.at(field), costs)
        if action in {"ignore", "deny"}:
            notes.append(refusal(wanted, item, change, action))
        elif action == "migrate":
            notes.append(misplaced(wanted, item, change, action))
        elif action in FATAL and (wanted.protect or item.fields.get("protect")):
            text = f"{field} differs and would {action} it, but it is protected"
            notes.append(Note(DENIED, "server", wanted.key, text, change.origin))
        else:
            found.append((action, change))
    return found, notes


def refusal(wanted: Wanted, item: Item, change: FieldChange, action: str) -> Note:
    """Say that a difference stays, and what would end it."""
    if change.field == "zone":
        return misplaced(wanted, item, change, action)
    if action == "ignore":
        return Note(IGNORED, "server", wanted.key, f"{change.field} differs and is ignored", change.origin)
    option = "key" if change.field == "key_name" else change.field
    other = "rebuild" if change.field == "image" else "replace"
    cost = COSTS[other]
    text = f"{change.field} is {change.before} and should be {change.after}: denied (on_change: {{{option}: {other}}}"
    return Note(DENIED, "server", wanted.key, f"{text} would do it, {cost})", change.origin)


def misplaced(wanted: Wanted, item: Item, change: FieldChange, action: str) -> Note:
    """Say that a server is in another zone than declared, and on which host."""
    ends = {"ignore": "ignored", "migrate": "moving between zones is not possible yet"}
    end = ends.get(action, f"denied (on_change: {{zone: replace}} would do it, {COSTS['replace']})")
    text = f"zone is {change.before} and should be {change.after}: {end}"
    host = str(item.status.get("host") or "")
    level = IGNORED if action == "ignore" else DENIED
    return Note(level, "server", wanted.key, text, change.origin, drift=PLACEMENT, host=host)
