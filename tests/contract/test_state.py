"""A server's states, and the actions that are refused in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ground import Ground

RUNNING, SHUTDOWN = 1, 4


@pytest.mark.parametrize(
    ("away", "there", "status", "back"),
    [
        ("os-stop", "stopped", "SHUTOFF", "os-start"),
        ("pause", "paused", "PAUSED", "unpause"),
        ("suspend", "suspended", "SUSPENDED", "resume"),
        ("shelve", "shelved_offloaded", "SHELVED_OFFLOADED", "unshelve"),
    ],
)
def test_there_and_back(ground: Ground, away: str, there: str, status: str, back: str) -> None:
    ident = ground.built()
    ground.act(ident, away)
    seen = ground.until(ident, there)
    assert seen["status"] == status
    if there == "stopped":  # the fake hypervisor of Nova's own tests knows no other power states
        assert seen["OS-EXT-STS:power_state"] == SHUTDOWN
    away_from_host = there == "shelved_offloaded"  # Nova clears the host a moment after the state
    ground.wait(ident, lambda one: bool((one or {})["OS-EXT-SRV-ATTR:hypervisor_hostname"]) != away_from_host)
    ground.act(ident, back)
    seen = ground.until(ident, "active")
    assert (seen["status"], seen["OS-EXT-STS:power_state"]) == ("ACTIVE", RUNNING)
    assert seen["OS-EXT-SRV-ATTR:hypervisor_hostname"]


@pytest.mark.parametrize("before", ["active", "stopped", "paused", "suspended"])
def test_a_hard_reboot_makes_it_run(ground: Ground, before: str) -> None:
    ident = ground.built()
    ways = {"stopped": "os-stop", "paused": "pause", "suspended": "suspend"}
    if before in ways:
        ground.act(ident, ways[before])
        ground.until(ident, before)
    ground.act(ident, "reboot", {"type": "HARD"})
    assert ground.until(ident, "active")["OS-EXT-STS:power_state"] == RUNNING


REFUSED: dict[str, list[tuple[str, Any]]] = {
    "active": [("os-start", None), ("unpause", None), ("resume", None), ("unshelve", None)],
    "stopped": [("os-stop", None), ("pause", None), ("suspend", None)],
    "paused": [("os-stop", None), ("os-start", None), ("pause", None), ("suspend", None)],
    "suspended": [("os-stop", None), ("pause", None), ("resize", "large"), ("rebuild", "image")],
}
WAYS = {"stopped": "os-stop", "paused": "pause", "suspended": "suspend"}


@pytest.mark.parametrize("vm_state", REFUSED)
def test_what_does_not_fit_the_state_is_refused(ground: Ground, vm_state: str) -> None:
    ident = ground.built()
    if vm_state in WAYS:
        ground.act(ident, WAYS[vm_state])
        ground.until(ident, vm_state)
    known = {"large": {"flavorRef": ground.flavors["large"]}, "image": {"imageRef": ground.images[0]}}
    for action, asked in REFUSED[vm_state]:
        status, said = ground.refusal(lambda action=action, asked=asked: ground.act(ident, action, known.get(asked)))
        assert status == 409, action
        assert f"Cannot '{action.removeprefix('os-')}' instance {ident} while it is in vm_state {vm_state}" in said


def test_an_action_on_a_server_that_is_being_built_is_refused(ground: Ground) -> None:
    ident = ground.create()
    status, _said = ground.refusal(lambda: ground.act(ident, "os-stop"))
    assert status in {404, 409}


def test_an_offloaded_server_keeps_its_metadata_as_it_was(ground: Ground) -> None:
    ident = ground.built(metadata={"a": "1"})
    ground.act(ident, "shelve")
    ground.until(ident, "shelved_offloaded")
    status, said = ground.refusal(lambda: ground.post(f"/servers/{ident}/metadata", {"metadata": {"a": "2"}}))
    assert status == 409
    assert "vm_state shelved_offloaded" in said


def test_unknown_actions_are_refused(ground: Ground) -> None:
    ident = ground.built()
    status, said = ground.refusal(lambda: ground.act(ident, "dance"))
    assert status == 400
    assert "dance" in said


def test_an_error_state_can_be_stopped_and_rebuilt(ground: Ground) -> None:
    ident = ground.built()
    ground.act(ident, "os-resetState", {"state": "error"})
    assert ground.until(ident, "error")["status"] == "ERROR"
    ground.act(ident, "rebuild", {"imageRef": ground.images[0]})
    ground.until(ident, "active")


def test_a_locked_server_says_so(ground: Ground) -> None:
    ident = ground.built()
    ground.act(ident, "lock", {"locked_reason": "forensics"})
    shown = ground.show(ident) or {}
    assert (shown["locked"], shown["locked_reason"]) == (True, "forensics")
    ground.act(ident, "unlock")
    assert (ground.show(ident) or {})["locked"] is False
