"""Every state that Nova knows has an answer here, and what Nova does not know (yet) is left alone.

The tables follow nova/compute/vm_states.py and task_states.py of 2025.1; a test holds them complete.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

START, STOP, REBOOT = "start", "stop", "reboot"
PAUSE, UNPAUSE, SUSPEND, RESUME = "pause", "unpause", "suspend", "resume"
SHELVE, UNSHELVE, CONFIRM, REVERT = "shelve", "unshelve", "confirm", "revert"

VM_STATES = (
    "active",
    "building",
    "paused",
    "suspended",
    "stopped",
    "rescued",
    "resized",
    "soft-delete",
    "deleted",
    "error",
    "shelved",
    "shelved_offloaded",
)

BUSY = "Nova is at work on it"
MOVING = "it is being moved to another host"
COPYING = "an image is being made of it"
RESCUE = "somebody rescues it"
GOING = "it is being deleted"

TASK_STATES = {
    "scheduling": BUSY,
    "block_device_mapping": BUSY,
    "networking": BUSY,
    "spawning": BUSY,
    "image_snapshot": COPYING,
    "image_snapshot_pending": COPYING,
    "image_pending_upload": COPYING,
    "image_uploading": COPYING,
    "image_backup": COPYING,
    "updating_password": BUSY,
    "resize_prep": BUSY,
    "resize_migrating": BUSY,
    "resize_migrated": BUSY,
    "resize_finish": BUSY,
    "resize_reverting": BUSY,
    "resize_confirming": BUSY,
    "rebooting": BUSY,
    "reboot_pending": BUSY,
    "reboot_started": BUSY,
    "rebooting_hard": BUSY,
    "reboot_pending_hard": BUSY,
    "reboot_started_hard": BUSY,
    "pausing": BUSY,
    "unpausing": BUSY,
    "suspending": BUSY,
    "resuming": BUSY,
    "powering-off": BUSY,
    "powering-on": BUSY,
    "rescuing": RESCUE,
    "unrescuing": RESCUE,
    "rebuilding": BUSY,
    "rebuild_block_device_mapping": BUSY,
    "rebuild_spawning": BUSY,
    "migrating": MOVING,
    "deleting": GOING,
    "soft-deleting": GOING,
    "restoring": BUSY,
    "shelving": BUSY,
    "shelving_image_pending_upload": BUSY,
    "shelving_image_uploading": BUSY,
    "shelving_offloading": BUSY,
    "unshelving": BUSY,
}

HELD_STATES = {
    "building": "it is being built",
    "rescued": "it is in rescue mode: unrescue it, then it is kept again",
    "soft-delete": "somebody deleted it softly: restore it or purge it",
    "deleted": GOING,
    "error": "it is in ERROR",
}

WAYS: dict[str, dict[str, tuple[str, ...]]] = {
    "active": {
        "active": (),
        "stopped": (START,),
        "paused": (UNPAUSE,),
        "suspended": (RESUME,),
        "shelved": (UNSHELVE,),
        "shelved_offloaded": (UNSHELVE,),
    },
    "stopped": {
        "active": (STOP,),
        "stopped": (),
        "paused": (UNPAUSE, STOP),
        "suspended": (RESUME, STOP),
        "shelved": (UNSHELVE, STOP),
        "shelved_offloaded": (UNSHELVE, STOP),
    },
    "paused": {
        "active": (PAUSE,),
        "stopped": (START, PAUSE),
        "paused": (),
        "suspended": (RESUME, PAUSE),
        "shelved": (UNSHELVE, PAUSE),
        "shelved_offloaded": (UNSHELVE, PAUSE),
    },
    "suspended": {
        "active": (SUSPEND,),
        "stopped": (START, SUSPEND),
        "paused": (UNPAUSE, SUSPEND),
        "suspended": (),
        "shelved": (UNSHELVE, SUSPEND),
        "shelved_offloaded": (UNSHELVE, SUSPEND),
    },
    "shelved": {
        "active": (SHELVE,),
        "stopped": (SHELVE,),
        "paused": (SHELVE,),
        "suspended": (SHELVE,),
        "shelved": (),
        "shelved_offloaded": (),
    },
}
"""From what is (inner key) to what is wanted (outer key), as actions of Nova's API, one after the other."""

RESIZED = "resized"

REACHED = {
    START: ("active",),
    STOP: ("stopped",),
    REBOOT: ("active",),
    PAUSE: ("paused",),
    UNPAUSE: ("active",),
    SUSPEND: ("suspended",),
    RESUME: ("active",),
    SHELVE: ("shelved_offloaded", "shelved"),
    UNSHELVE: ("active", "stopped"),
    CONFIRM: ("active", "stopped"),
    REVERT: ("active", "stopped"),
    "create": ("active",),
    "resize": ("resized",),
    "rebuild": ("active", "stopped"),
}
"""The vm_states (without a task) in which an action has come to its end."""


class Way(NamedTuple):
    """Either the actions to take (perhaps none), or the reason for leaving the server alone, ``passing`` or not."""

    actions: tuple[str, ...] = ()
    held: Optional[str] = None
    passing: bool = False


def way(wanted: str, vm_state: Optional[str], task_state: Optional[str]) -> Way:
    """Return how a server gets from where it is to the wanted state. What is not in the tables is held."""
    if task_state is not None:
        reason = TASK_STATES.get(task_state, "its task is none that this version knows")
        return Way(held=f"{reason} (task {task_state})", passing=reason in {BUSY, GOING})
    if vm_state == RESIZED:
        return Way(held="a resize of somebody else waits to be confirmed or reverted")
    if vm_state in HELD_STATES:
        return Way(held=HELD_STATES[vm_state], passing=vm_state in {"building", "deleted"})
    known = WAYS.get(wanted, {})
    if vm_state not in known:
        return Way(held=f"its state {vm_state} is none that this version knows")
    return Way(actions=known[vm_state])
