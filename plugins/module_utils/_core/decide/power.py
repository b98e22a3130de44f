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
    from .thing import Found
    from .world import World

DOWN = frozenset({"shut off", "crashed"})
NOVA_POWER = {0: "no state", 1: "running", 3: "paused", 4: "shut off", 6: "crashed", 7: "suspended"}


def decide(world: World, wanted: Wanted, item: Item, costs: Mapping[str, str]) -> list[Found]:
    """Return the steps that bring a server to its declared state of power."""
    vm_state = str(item.status.get("vm_state"))
    actions = lifecycle.way(wanted.state, vm_state, None).actions
    if actions:
        return steps(wanted, item, (vm_state, *actions), costs)
    return drifted(world, wanted, item) if vm_state == "active" else []


def steps(wanted: Wanted, item: Item, way: tuple[str, ...], costs: Mapping[str, str]) -> list[Found]:
    """Return the steps of a way: a state to start from, and the actions that follow one another."""
    start, *actions = way
    states = [start, *(lifecycle.REACHED[action][0] for action in actions)]
    return [
        change(wanted, item, action, states[place : place + 2], costs.get(action, consequence.NONE))
        for place, action in enumerate(actions)
    ]


def drifted(world: World, wanted: Wanted, item: Item) -> list[Found]:
    """Nova says ACTIVE: ask the host. A hard reboot defines the guest anew and starts it; it is down already."""
    proof = world.proof(item)
    state = stopped_by(item, proof.domain.state if proof.domain else None)
    if proof.asked and proof.domain is None:
        text = f"Nova says ACTIVE on {item.status.get('host')}, and libvirt there has no such guest (missing-domain)"
        if policy.MISSING_DOMAIN in world.policy.heal and not proof.elsewhere:
            return [
                replace(change(wanted, item, lifecycle.REBOOT, ["missing", "running"], consequence.REBOOT), reason=text)
            ]
        return [
            Note(
                HELD,
                "server",
                wanted.key,
                f"{text}: --heal {policy.MISSING_DOMAIN} makes it again from its disk",
                wanted.at("state"),
            )
        ]
    if state is None:
        return []
    if policy.POWER not in world.policy.heal:
        text = f"Nova says ACTIVE, and it is {state} (power)"
        return [Note(HELD, "server", wanted.key, text, wanted.at("state"))]
    why = f"drift power: Nova says ACTIVE, and it is {state}"
    return [replace(change(wanted, item, lifecycle.REBOOT, [state, "running"], consequence.REBOOT), reason=why)]


def stopped_by(item: Item, domain_state: Optional[str]) -> Optional[str]:
    """Return the state of power that contradicts ACTIVE, and who says so; None where nobody does."""
    if domain_state is not None:
        return f"{domain_state} (libvirt)" if domain_state in DOWN else None
    told = NOVA_POWER.get(item.status.get("power_state", 1), "running")
    return f"{told} (Nova)" if told in DOWN else None


def change(wanted: Wanted, item: Item, action: str, states: list[str], cost: str) -> Change:
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
