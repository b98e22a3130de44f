"""Every state that Nova knows has an answer."""

from __future__ import annotations

import pytest
from novaform import core

lifecycle = core.lifecycle

NOVA_VM_STATES = (
    "active building paused suspended stopped rescued resized soft-delete deleted error shelved shelved_offloaded"
)
NOVA_TASK_STATES = """
scheduling block_device_mapping networking spawning image_snapshot image_snapshot_pending image_pending_upload
image_uploading image_backup updating_password resize_prep resize_migrating resize_migrated resize_finish
resize_reverting resize_confirming rebooting reboot_pending reboot_started rebooting_hard reboot_pending_hard
reboot_started_hard pausing unpausing suspending resuming powering-off powering-on rescuing unrescuing rebuilding
rebuild_block_device_mapping rebuild_spawning migrating deleting soft-deleting restoring shelving
shelving_image_pending_upload shelving_image_uploading shelving_offloading unshelving
"""
WANTED = [state for state in core.model.STATES if state != "absent"]


def test_all_states_of_nova_are_in_the_tables() -> None:
    assert set(NOVA_VM_STATES.split()) == set(lifecycle.VM_STATES)
    assert set(NOVA_TASK_STATES.split()) == set(lifecycle.TASK_STATES)
    assert set(lifecycle.WAYS) == set(WANTED)


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("vm_state", lifecycle.VM_STATES)
def test_each_state_is_acted_on_or_held_with_a_reason(wanted: str, vm_state: str) -> None:
    way = lifecycle.way(wanted, vm_state, None)
    assert (way.held is None) == (vm_state in lifecycle.WAYS[wanted])
    assert way.held is None or not way.actions


@pytest.mark.parametrize("task", lifecycle.TASK_STATES)
def test_a_server_with_a_task_is_left_alone(task: str) -> None:
    for wanted in WANTED:
        for vm_state in lifecycle.VM_STATES:
            way = lifecycle.way(wanted, vm_state, task)
            assert way.held
            assert not way.actions


@pytest.mark.parametrize(("vm_state", "task"), [("frozen", None), ("active", "dreaming"), (None, None)])
def test_what_this_version_does_not_know_is_held(vm_state: str | None, task: str | None) -> None:
    assert lifecycle.way("active", vm_state, task).held


@pytest.mark.parametrize("wanted", WANTED)
def test_every_way_ends_where_it_should(wanted: str) -> None:
    for vm_state, actions in lifecycle.WAYS[wanted].items():
        reached = lifecycle.REACHED[actions[-1]] if actions else (vm_state,)
        expected = {"shelved": ("shelved", "shelved_offloaded")}.get(wanted, (wanted,))
        assert set(reached) & set(expected)
