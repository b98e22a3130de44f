"""Has an action come to its end? Asked of one server after every poll, with nothing but what the list says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional

from ..decide import lifecycle

if TYPE_CHECKING:
    from ..observed import Item

WAITING, DONE, FAILED = "waiting", "done", "failed"
STUCK_AFTER = 20.0
"""Seconds after which a server that has no task and is not where the action leads will not get there any more."""
AFTER_CHOICE = frozenset({"networking", "block_device_mapping", "spawning"})
"""Tasks of a server that is being built on a host."""
SLOW_TO_START = frozenset({"confirm", "create", "revert"})
"""Actions during which Nova shows no task for a while."""


class Settled(NamedTuple):
    """How an action stands, and in a failure why."""

    state: str
    why: str = ""


def settle(action: str, item: Optional[Item], elapsed: float) -> Settled:
    """Return how an action stands ``elapsed`` seconds after it was asked for; ``item`` is None if it is not listed."""
    if action == "delete":
        return Settled(DONE) if item is None else _deleting(item, elapsed)
    if item is None:
        return Settled(WAITING) if elapsed < STUCK_AFTER else Settled(FAILED, "the server vanished")
    vm_state, task = item.status.get("vm_state"), item.status.get("task_state")
    if task is not None:
        return Settled(WAITING)
    if vm_state == "error":
        return Settled(FAILED, str(item.status.get("fault") or "it went to ERROR and Nova gives no reason"))
    if vm_state in lifecycle.REACHED[action]:
        return Settled(DONE)
    if elapsed > STUCK_AFTER and action not in SLOW_TO_START:
        return Settled(FAILED, f"Nova left it {vm_state}: see the server's actions for the reason")
    return Settled(WAITING)


def is_placed(action: str, item: Optional[Item]) -> bool:
    """Tell whether the scheduler's choice of a host is known to Nova, so that the next of its group may be asked for.

    Whoever is not an administrator sees no host: then a task tells that comes after the choice. Another action than a
    creation has a host before, too, and counts when it is over.
    """
    if action != "create" or item is None:
        return False
    vm_state, task = item.status.get("vm_state"), item.status.get("task_state")
    return bool(item.status.get("host")) or vm_state not in {"building", None} or task in AFTER_CHOICE


def _deleting(item: Item, elapsed: float) -> Settled:
    """A deletion has ended when the server is gone from the list, or has been put where it can be restored from."""
    if item.status.get("vm_state") in {"deleted", "soft-delete"}:
        return Settled(DONE)
    if item.status.get("task_state") is None and elapsed > STUCK_AFTER:
        return Settled(FAILED, f"Nova left it {item.status.get('vm_state')}")
    return Settled(WAITING)


def settle_health(ails: str, item: Optional[Item], elapsed: float, within: float) -> Settled:
    """Return how a server that was started stands, when ``ails`` is what keeps it from being healthy."""
    if item is not None and item.status.get("vm_state") == "error":
        return Settled(FAILED, str(item.status.get("fault") or "it went to ERROR and Nova gives no reason"))
    if not ails:
        return Settled(DONE)
    return Settled(WAITING) if elapsed < within else Settled(FAILED, f"{ails}, {elapsed:.0f} s after its start")


def follow_up(wanted_state: str, vm_state: str) -> tuple[str, ...]:
    """Return what a new server needs without it being a step of its own: to be stopped, perhaps."""
    return lifecycle.WAYS.get(wanted_state, {}).get(vm_state, ())
