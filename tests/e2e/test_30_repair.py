"""What somebody broke is named by the plan and put right by apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e import guest, site, wait

if TYPE_CHECKING:
    from e2e.site import Site
    from e2e.stack import Stack

GONE, KILLED = "web-2", "web-1"
NOTICE_SECONDS = 120


@pytest.fixture(scope="module")
def before(shop: Stack) -> dict[str, str]:
    return {name: one["id"] for name, one in shop.status().items()}


@pytest.fixture(scope="module", autouse=True)
def broken(cloud: Site, shop: Stack, before: dict[str, str]) -> None:
    """One server is deleted behind our back, and another one's guest is killed on its host."""
    site.run_well("openstack", "server", "delete", "--wait", GONE, env=cloud.env)
    host = shop.status()[KILLED]["host"]
    cloud.ask(host, f"virsh destroy {before[KILLED]}")
    wait.until("the plan sees that something is wrong", NOTICE_SECONDS, lambda: named(shop) >= {GONE, KILLED})


def named(shop: Stack) -> set[str]:
    """Servers to which the plan would do something."""
    return {name for _, kind, name in shop.plan()[1] if kind == "server"}


def test_the_plan_names_both_and_nothing_else(shop: Stack) -> None:
    """Nova may have noticed that the guest is off, or not: a guest that only libvirt knows to be off is rebooted."""
    status, steps = shop.plan()
    assert status == 2
    servers = {(action, name) for action, kind, name in steps if kind == "server"}
    assert servers in ({("create", GONE), ("start", KILLED)}, {("create", GONE), ("reboot", KILLED)})


def test_apply_repairs_both(cloud: Site, shop: Stack, before: dict[str, str]) -> None:
    shop.apply()
    found = shop.status()
    assert {name: (one["state"], one["libvirt"]) for name, one in found.items()} == dict.fromkeys(
        before, ("active", "running")
    )
    kept = {name for name, one in found.items() if one["id"] == before[name]}
    assert kept == set(before) - {GONE}
    for name in (GONE, KILLED):
        assert f"<h1>{name}</h1>" in guest.page(found[name]["floating"][0])
    assert [one["Name"] for one in cloud.openstack("server", "list", "--all-projects")].count(GONE) == 1


def test_nothing_is_left_to_do(shop: Stack) -> None:
    assert shop.plan() == (0, set())
