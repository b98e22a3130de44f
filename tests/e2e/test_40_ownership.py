"""What is no longer declared goes; what we did not make stays, whatever its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e import site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.site import Site
    from e2e.stack import Stack

STRANGER = "web-9"


@pytest.fixture(scope="module")
def stranger(cloud: Site) -> Iterator[str]:
    """A server made by hand, with a name that looks like ours and no mark."""
    image, flavor, network = "tiny", "small", "private"
    words = ["server", "create", "--wait", "--image", image, "--flavor", flavor, "--network", network, STRANGER]
    site.run_well("openstack", *words, env=cloud.env)
    yield STRANGER
    site.run_well("openstack", "server", "delete", "--wait", STRANGER, env=cloud.env)


@pytest.mark.usefixtures("stranger")
def test_exactly_the_server_that_was_taken_out_is_to_go(shop: Stack, tmp_path: Path) -> None:
    less = shop.copy(tmp_path, "count: 2", "count: 1")
    status, steps = less.plan()
    assert status == 2
    assert {(action, name) for action, kind, name in steps if kind == "server"} == {("delete", "web-2")}


def test_what_is_protected_is_not_deleted(shop: Stack, tmp_path: Path) -> None:
    before, _, rest = shop.file.read_text().partition("  db:")
    less = shop.copy(tmp_path, f"  db:{rest}", "")
    assert before
    assert less.file.read_text() == before
    _, report = less.run("plan")
    deletions = [step for step in report["steps"] if step["kind"] == "server" and step["name"] == "db"]
    assert all(step["blocked"] for step in deletions), deletions


def test_a_server_made_by_hand_is_left_alone(cloud: Site, shop: Stack, stranger: str) -> None:
    _, steps = shop.plan()
    assert not [step for step in steps if stranger in step]
    shop.apply()
    assert cloud.openstack("server", "show", stranger)["status"] == "ACTIVE"
