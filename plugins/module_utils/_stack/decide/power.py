"""Is it really running? Nova's word is compared with the declaration, and the host's word with Nova's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Optional

from .. import consequence, policy
from ..change import HELD, Change, FieldChange, Note
from . import lifecycle
from .thing import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..desired import Wanted
    from ..observed import Item
    from .index import Index
    from .thing import Found

DOWN = frozenset({"shut off", "crashed"})
NOVA_POWER = {0: "no state", 1: "running", 3: "paused", 4: "shut off", 6: "crashed", 7: "suspended"}


def decide(index: Index, wanted: Wanted, item: Item, costs: Mapping[str, str]) -> list[Found]:
    """Return the steps that bring a server to its declared state of power."""
    vm_state = str(item.status.get("vm_state"))
    actions = lifecycle.way(wanted.state, vm_state, None).actions
    if actions:
        return steps(wanted, item, (vm_state, *actions), costs)
    return _decide_running(index, wanted, item) if vm_state == "active" else []


def steps(wanted: Wanted, item: Item, way: tuple[str, ...], costs: Mapping[str, str]) -> list[Found]:
    """Return the steps of a way: a state to start from, and the actions that follow one another."""
    start, *actions = way
    states = [start, *(lifecycle.REACHED[action][0] for action in actions)]
    return [
        _change(wanted, item, action, states[place : place + 2], costs.get(action, consequence.NONE))
        for place, action in enumerate(actions)
    ]


def _decide_running(index: Index, wanted: Wanted, item: Item) -> list[Found]:
    """Nova says ACTIVE: ask the host. A hard reboot defines the guest anew and starts it; it is down already."""
    proof = index.proof(item)
    if proof.asked and proof.domain is None:
        return [_decide_lost(index, wanted, item, proof.elsewhere)]
    state = _stopped_by(item, proof.domain.state if proof.domain else None)
    if state is None:
        return []
    why = f"Nova says ACTIVE, and it is {state}"
    if policy.POWER not in index.policy.heal:
        return [_drift_note(wanted, item, policy.POWER, f"{why}: --heal {policy.POWER} starts it")]
    return [_repair(wanted, item, policy.POWER, state, why)]


def _decide_lost(index: Index, wanted: Wanted, item: Item, elsewhere: str) -> Found:
    """Decide on a server whose host does not have its guest. One that runs elsewhere must not be made a second time."""
    host = item.status.get("host")
    if elsewhere:
        text = f"Nova says ACTIVE on {host}, and its guest is on {elsewhere}: it is left alone"
        return _drift_note(wanted, item, policy.HOST, text)
    why = f"Nova says ACTIVE on {host}, and libvirt there has no such guest"
    if policy.MISSING_DOMAIN in index.policy.heal:
        return _repair(wanted, item, policy.MISSING_DOMAIN, "missing", why)
    return _drift_note(
        wanted, item, policy.MISSING_DOMAIN, f"{why}: --heal {policy.MISSING_DOMAIN} makes it from its disk"
    )


def _drift_note(wanted: Wanted, item: Item, drift: str, text: str) -> Note:
    """Return a note of a class of drift."""
    host = str(item.status.get("host") or "")
    return Note(HELD, "server", wanted.key, text, wanted.at("state"), drift=drift, host=host)


def _repair(wanted: Wanted, item: Item, drift: str, state: str, why: str) -> Change:
    """Return the reboot that ends a drift."""
    made = _change(wanted, item, lifecycle.REBOOT, [state, "running"], consequence.REBOOT)
    return replace(made, reason=f"drift {drift}: {why}", drift=drift)


def _stopped_by(item: Item, domain_state: Optional[str]) -> Optional[str]:
    """Return the state of power that contradicts ACTIVE, and who says so; None where nobody does."""
    if domain_state is not None:
        return f"{domain_state} (libvirt)" if domain_state in DOWN else None
    told = NOVA_POWER.get(item.status.get("power_state", 1), "running")
    return f"{told} (Nova)" if told in DOWN else None


def _change(wanted: Wanted, item: Item, action: str, states: list[str], cost: str) -> Change:
    """Return a step that changes the state of power."""
    fields = (FieldChange("state", states[0], states[-1], wanted.at("state"), cost),)
    return Change(
        action,
        "server",
        wanted.key,
        uid=wanted.uid,
        target=item.id,
        fields=fields,
        consequences=(cost,),
        origin=wanted.at("state"),
        digest=digest_of(item),
    )
