"""Resize, rebuild, delete: what they keep, what they refuse, and when they have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ground import Ground

NOBODY = "00000000-0000-4000-8000-000000000000"


def resized(ground: Ground, *, stopped: bool = False) -> str:
    """Make a server and resize it up to where it waits to be confirmed."""
    ident = ground.built()
    if stopped:
        ground.act(ident, "os-stop")
        ground.until(ident, "stopped")
    ground.act(ident, "resize", {"flavorRef": ground.flavors["large"]})
    seen = ground.until(ident, "resized")
    assert (seen["status"], seen["flavor"]["ram"]) == ("VERIFY_RESIZE", 256)
    return ident


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(("action", "ram"), [("confirmResize", 256), ("revertResize", 128)])
def test_a_resize_is_confirmed_or_reverted(ground: Ground, action: str, ram: int, *, stopped: bool) -> None:
    ident = resized(ground, stopped=stopped)
    ground.act(ident, action)
    assert ground.until(ident, "stopped" if stopped else "active")["flavor"]["ram"] == ram


def test_a_resize_that_is_not_there_is_not_confirmed(ground: Ground) -> None:
    ident = ground.built()
    for action in ("confirmResize", "revertResize"):
        status, said = ground.refusal(lambda action=action: ground.act(ident, action))
        assert status == 409
        assert f"Cannot '{action}' instance {ident} while it is in vm_state active" in said


def test_a_resize_wants_another_flavor_that_is_there(ground: Ground) -> None:
    ident = ground.built()
    same = ground.refusal(lambda: ground.act(ident, "resize", {"flavorRef": ground.flavors["small"]}))
    assert same == (400, "When resizing, instances must change flavor!")
    status, said = ground.refusal(lambda: ground.act(ident, "resize", {"flavorRef": NOBODY}))
    assert (status, said) == (400, f"Flavor {NOBODY} could not be found.")


def test_a_resize_that_fits_nowhere_leaves_the_server_as_it_was(ground: Ground) -> None:
    ident = ground.built()
    ground.act(ident, "resize", {"flavorRef": ground.flavors["huge"]})
    seen = ground.until(ident, "active")
    assert seen["flavor"]["ram"] == 128
    actions = ground.session.get("compute", f"/servers/{ident}/os-instance-actions")["instanceActions"]
    assert (actions[0]["action"], actions[0]["message"]) == ("resize", "Error")
    path = f"/servers/{ident}/os-instance-actions/{actions[0]['request_id']}"
    events = ground.session.get("compute", path)["instanceAction"]["events"]
    assert any("No valid host" in (one["details"] or "") for one in events)


@pytest.mark.parametrize("before", ["active", "stopped"])
def test_a_rebuild_changes_the_image_and_keeps_what_owns_it(ground: Ground, before: str) -> None:
    ident = ground.built(tags=["contract.keep"], metadata={"mark": "kept"})
    if before == "stopped":
        ground.act(ident, "os-stop")
        ground.until(ident, "stopped")
    ground.act(ident, "rebuild", {"imageRef": ground.images[1]})
    seen = ground.until(ident, before)
    assert seen["image"]["id"] == ground.images[1]
    assert (seen["tags"], seen["metadata"]) == (["contract.keep"], {"mark": "kept"})


def test_a_rebuild_with_metadata_replaces_all_of_it(ground: Ground) -> None:
    ident = ground.built(metadata={"old": "1"})
    ground.act(ident, "rebuild", {"imageRef": ground.images[0], "metadata": {"new": "2"}})
    assert ground.until(ident, "active")["metadata"] == {"new": "2"}


def test_a_rebuild_from_nothing_is_refused(ground: Ground) -> None:
    ident = ground.built()
    status, said = ground.refusal(lambda: ground.act(ident, "rebuild", {"imageRef": NOBODY}))
    assert status == 400
    assert "image" in said.lower()


def test_gone_is_a_404_twice(ground: Ground) -> None:
    ident = ground.built()
    ground.session.send("compute", "DELETE", f"/servers/{ident}")
    ground.gone(ident)
    assert ground.show(ident) is None
    assert ground.show(ident) is None
    status, said = ground.refusal(lambda: ground.session.send("compute", "DELETE", f"/servers/{ident}"))
    assert status == 404
    assert "could not be found" in said


@pytest.mark.parametrize("ident", [NOBODY, "no-id"])
def test_what_never_was_is_a_404(ground: Ground, ident: str) -> None:
    assert ground.show(ident) is None
    status, said = ground.refusal(lambda: ground.act(ident, "os-stop"))
    assert status == 404
    assert said.startswith(f"Instance {ident} ")


def test_a_server_that_is_being_built_can_be_deleted(ground: Ground) -> None:
    ident = ground.create()
    ground.session.send("compute", "DELETE", f"/servers/{ident}")
    ground.gone(ident)


def test_a_server_in_error_can_be_deleted(ground: Ground) -> None:
    ident = ground.create(flavorRef=ground.flavors["huge"])
    ground.until(ident, "error")
    ground.session.send("compute", "DELETE", f"/servers/{ident}")
    ground.gone(ident)
