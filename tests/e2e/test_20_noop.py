"""A second run changes nothing, restarts nothing, and says nothing that it should not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from e2e import leak

if TYPE_CHECKING:
    from e2e.site import Ended, Site
    from e2e.stack import Stack

UNITS = "systemctl show --all --type=service --property=Id,ActiveEnterTimestampMonotonic,InvocationID '*'"
OURS = re.compile(r"nova|neutron|keystone|glance|placement|mariadb|rabbit|memcached|openvswitch|ovs|libvirtd")


def observe_starts(cloud: Site) -> dict[tuple[str, str], str]:
    """When each unit of the cloud was started, by host and unit."""
    found = {}
    for name in cloud.record.topology.hosts:
        for block in cloud.ask(name, UNITS).strip().split("\n\n"):
            unit = dict(line.split("=", 1) for line in block.splitlines())
            if OURS.search(unit.get("Id", "")):
                found[name, unit["Id"]] = block
    return found


@pytest.fixture(scope="module")
def starts(cloud: Site) -> dict[tuple[str, str], str]:
    return observe_starts(cloud)


@pytest.fixture(scope="module")
def again(cloud: Site, starts: dict[tuple[str, str], str]) -> Ended:
    assert len(starts) > len(cloud.record.topology.hosts)
    return cloud.playbook("--diff", "-vvv")


def test_a_second_run_changes_nothing(cloud: Site, again: Ended) -> None:
    assert again.status == 0, again.said
    recap = again.out[again.out.index("PLAY RECAP") :]
    assert re.findall(r"changed=(\d+)", recap) == ["0"] * len(cloud.record.topology.hosts), recap
    assert [one for one in cloud.noted()["results"] if one["steps"]] == []


@pytest.mark.usefixtures("again")
def test_a_second_run_restarts_nothing(cloud: Site, starts: dict[tuple[str, str], str]) -> None:
    assert observe_starts(cloud) == starts


@pytest.mark.usefixtures("again")
def test_a_second_run_lets_go_of_the_lease_that_it_took(cloud: Site) -> None:
    lease = json.loads(cloud.ask(cloud.hosts("control")[0], "cat /run/novaform.lease"))
    assert lease["epoch"] > 1
    assert lease["process"] == ""


def test_ansible_at_its_most_talkative_shows_no_secret(cloud: Site, again: Ended) -> None:
    said = again.said.encode()
    seen = [name for name, forms in leak.needles(cloud.secrets()).items() if any(form in said for form in forms)]
    assert not seen


def test_the_plan_of_a_finished_stack_is_empty(shop: Stack) -> None:
    assert shop.plan() == (0, set())
