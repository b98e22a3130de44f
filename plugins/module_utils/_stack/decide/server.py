"""What becomes of one server: nothing, a change in place, a resize, a rebuild, a new one, or hands off.

Each field that Nova cannot change in place follows the declared policy, and each step says what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import consequence as c
from .. import mark, policy
from ..change import DENIED, FOREIGN, HELD, IGNORED, UNKNOWN, Change, FieldChange, Note
from . import adopt, lifecycle, power, resize
from .difference import differing
from .thing import creation, digest_of, step

if TYPE_CHECKING:
    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

AWAKE = ("active", "stopped")
SHELVED = ("shelved", "shelved_offloaded")
REFUSED_WHILE = {
    **dict.fromkeys(("networks", "volumes"), ("suspended", *SHELVED)),
    **dict.fromkeys(("metadata", "protect", "tags"), SHELVED),
}

TAKES = {
    lifecycle.STOP: c.DOWNTIME,
    lifecycle.PAUSE: c.DOWNTIME,
    lifecycle.SUSPEND: c.DOWNTIME,
    lifecycle.SHELVE: c.MOVES_HOST,
    lifecycle.UNSHELVE: c.MOVES_HOST,
    lifecycle.REBOOT: c.REBOOT,
}


def decide_server(index: Index, wanted: Wanted) -> list[Found]:
    """Decide on one declared server."""
    items = index.find(wanted)
    if wanted.state == "absent":
        return [found for item in items for found in removal(index, item, wanted)]
    if not items:
        return [_missing(index, wanted)]
    item = items[0]
    others = items[1:] if item.mark is not None else []
    twins = [Note(HELD, "server", wanted.key, f"has a twin {twin.id}: delete one by hand") for twin in others]
    reason = _untouchable(index, wanted, item)
    if reason:
        return [*twins, Note(HELD, "server", wanted.key, reason, wanted.at())]
    kept = _keep(index, wanted, item)
    return [*twins, *(kept if index.owns(item) else adopt.decide(index, wanted, item, kept))]


def _missing(index: Index, wanted: Wanted) -> Found:
    """Decide on a server that was not seen: it is made only if it surely is not there, nor on its way."""
    if not index.observed.covers("server"):
        return Note(UNKNOWN, "server", wanted.key, "not seen, but not all servers could be looked at", wanted.at())
    if wanted.hold:
        return Note(HELD, "server", wanted.key, "is missing, and the declaration holds it", wanted.at("hold"))
    if wanted.adopt and not index.last(wanted):
        return adopt.absent(wanted)
    foreign = [item for item in index.by_name["server", wanted.name] if item.mark is None]
    if foreign:
        text = f"a server of this name ({foreign[0].id}) is there and is not ours: adopt it, or choose another name"
        return Note(FOREIGN, "server", wanted.key, text, wanted.at())
    twins = _twin_groups(index) if wanted.fields.get("security_groups") else []
    if twins:
        text = (
            f"this project has two security groups named {twins[0]}: Nova then makes no server with groups; rename one"
        )
        return Note(FOREIGN, "server", wanted.key, text, wanted.at())
    lacking = [field for field in ("image", "flavor") if field not in wanted.fields]
    if lacking:
        text = f"is gone and cannot be made anew: no {' and no '.join(lacking)} is declared"
        return Note(DENIED, "server", wanted.key, text, wanted.at())
    return creation(wanted)


def _twin_groups(index: Index) -> list[str]:
    """Return the names that several security groups of the project bear."""
    return [name for (kind, name), items in index.by_name.items() if kind == "security_group" and len(items) > 1]


def _untouchable(index: Index, wanted: Wanted, item: Item) -> Optional[str]:
    """Return why a server is to be left alone, if it is."""
    if wanted.hold:
        return "the declaration holds it"
    refusal = adopt.refusal(index, wanted, item)
    if refusal:
        return refusal
    if item.id in index.observed.unknown or item.status.get("vm_state") is None:
        return "Nova does not know its state (its cell is down)"
    return None


def _keep(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Decide on a server that is there and ours."""
    vm_state, task = item.status.get("vm_state"), item.status.get("task_state")
    if task is None and vm_state == "error":
        return _decide_errored(index, wanted, item)
    differences, notes = differing(index, wanted, item)
    if task is None and vm_state == lifecycle.RESIZED:
        return [*notes, *resize.decide(index, wanted, item)]
    way = lifecycle.way(wanted.state, vm_state, task)
    if way.held:
        return [*notes, Note(HELD, "server", wanted.key, way.held, wanted.at("state"), passing=way.passing)]
    if _asleep(item, differences) and not way.actions:
        notes += [Note(IGNORED, "server", wanted.key, f"{one.field} waits until it is awake") for _, one in differences]
        differences = []
    changes = _by_action(wanted, item, differences)
    if any(change.action == "replace" for change in changes):
        return [*notes, *(change for change in changes if change.action == "replace")]
    if vm_state in _awake(wanted, differences) or not (_heavy(differences) or _asleep(item, differences)):
        return [*notes, *changes, *power.decide(index, wanted, item, TAKES)]
    ways = lifecycle.WAYS
    waking = power.steps(wanted, item, (str(vm_state), *ways["active"][str(vm_state)]), TAKES)
    return [*notes, *waking, *changes, *power.steps(wanted, item, ("active", *ways[wanted.state]["active"]), TAKES)]


def _awake(wanted: Wanted, differences: list[tuple[str, FieldChange]]) -> tuple[str, ...]:
    """Return the states for heavy changes. What is to run is resized while it runs: stopped it would prove nothing."""
    resizing = any(action == "resize" for action, _ in differences)
    return ("active",) if resizing and wanted.state in resize.RUNNING else AWAKE


def _heavy(differences: list[tuple[str, FieldChange]]) -> bool:
    """Tell whether something is to be done that Nova does to running and stopped servers only."""
    return any(action in {"resize", "rebuild"} for action, _ in differences)


def _asleep(item: Item, differences: list[tuple[str, FieldChange]]) -> bool:
    """Tell whether light changes, and nothing else, must wait because Nova refuses them in the server's state."""
    if _heavy(differences) or any(action == "replace" for action, _ in differences):
        return False
    return any(item.status.get("vm_state") in REFUSED_WHILE.get(change.field, ()) for _, change in differences)


def _decide_errored(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """A server in ERROR that never ran has nothing to lose and is made anew; one that ran is evidence."""
    fault = str(item.status.get("fault") or "Nova gives no reason")
    if _never_ran(item) and (wanted.protect or item.fields.get("protect")):
        text = f"it never ran ({fault}) and is protected: delete it by hand, and it is made anew"
        return [Note(DENIED, "server", wanted.key, text, wanted.at("protect"))]
    if _never_ran(item) and {"image", "flavor"} <= wanted.fields.keys():
        fields = (FieldChange("state", f"error: {fault}", wanted.state, wanted.at("state")),)
        return [step("replace", wanted, item, fields, f"it never ran: {fault}")]
    if index.policy.on_error == policy.REBOOT:
        fields = (FieldChange("state", "error", wanted.state, wanted.at("state"), c.REBOOT),)
        return [step("reboot", wanted, item, fields, f"it is in ERROR: {fault}")]
    return [Note(HELD, "server", wanted.key, f"it is in ERROR: {fault}", wanted.at())]


def _by_action(wanted: Wanted, item: Item, differences: list[tuple[str, FieldChange]]) -> list[Change]:
    """Return one step per action, gentle ones first."""
    steps = []
    for action in ("update", "resize", "rebuild", "replace"):
        fields = tuple(change for how, change in differences if how == action)
        if fields:
            steps.append(step(action, wanted, item, fields))
    return steps


def removal(index: Index, item: Item, wanted: Optional[Wanted] = None) -> list[Found]:
    """Decide on a server that should not be: only a proven mark lets it go."""
    key = (item.mark.key if item.mark else None) or item.name
    origin = wanted.at("state") if wanted is not None else ""
    if not index.owns(item):
        half = "bears half of our mark only" if item.mark is not None else "is not ours"
        return [Note(HELD, "server", key, f"server {item.id} {half}: it is left alone", origin)]
    if item.fields.get("protect") or (wanted is not None and wanted.protect):
        return [Note(DENIED, "server", key, "it is protected: it is not deleted", origin)]
    if item.status.get("task_state") in {"deleting", "soft-deleting"} or item.status.get("vm_state") == "deleted":
        return [Note(HELD, "server", key, lifecycle.GOING, origin, passing=True)]
    if item.status.get("vm_state") == "soft-delete":
        return [Note(IGNORED, "server", key, "somebody deleted it softly: purge it, or leave it to Nova", origin)]
    why = "it is declared absent" if wanted is not None else "it is no longer declared"
    uid = mark.uid_of(index.desired.stack, "server", key)
    cost = c.NONE if _never_ran(item) else c.CHANGES_UUID
    return [
        Change(
            "delete",
            "server",
            key,
            reason=why,
            uid=uid,
            target=item.id,
            consequences=(cost,),
            origin=origin,
            digest=digest_of(item),
        )
    ]


def _never_ran(item: Item) -> bool:
    """Tell whether a server surely has nothing on its disk: it failed before its first start."""
    return item.status.get("vm_state") == "error" and not item.status.get("launched")
