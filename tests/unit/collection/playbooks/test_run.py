"""The real site.yml when a host does not answer or fails, and when another run has the lease; the hosts are folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fakes import playbook

if TYPE_CHECKING:
    from pathlib import Path

SSH = """#!/bin/sh
ssh "$@" </dev/null
ended=$?
%s
exit $ended
"""
HEARD, UNHEARD = "cat >/dev/null", "exec <&-; sleep 1"
"""Whether ssh takes what Ansible sends before it ends. The real one may do so or not, as busy as the machine is; where
it is just about to end, Ansible does not wait for its words."""
FAILED = {"failed": True, "msg": "a disk is full"}
LEASE = {"epoch": 7, "holder": "ann@bastion", "said": ""}
IDENTITY = "6f0f4f0e-6f7a-4d0c-9d9b-2f2f6c1c1f10"
PENDING = {"control1": ["nova_api", "nova_cell_host"], "compute1": ["nova_compute"], "evil1": ["nova_compute"]}


@pytest.fixture
def site(tmp_path: Path) -> playbook.Site:
    """A site in which every host has something left to do."""
    made = playbook.Site(tmp_path)
    made.answers["control1"]["host_info"]["run"] = LEASE
    for name in ("compute1", "evil1"):  # no trial is due
        made.answers[name]["host_info"]["facts"]["compute_id"] = IDENTITY
    made.answers["control1"]["host_info"]["facts"]["verified"] = dict.fromkeys(("compute1", "evil1"), IDENTITY)
    for name, pending in PENDING.items():
        made.answers[name]["host"] = {**playbook.PREPARED, "pending": pending, "left": {one: [] for one in pending}}
    return made


def silent(site: playbook.Site, end: str = HEARD) -> dict[str, Any]:
    """Return the variables of a host on which nothing listens."""
    ssh = site.root / "ssh"
    ssh.write_text(SSH % end)
    ssh.chmod(0o755)
    nowhere = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    return {**nowhere, "ansible_ssh_executable": str(ssh)}


def epochs(site: playbook.Site, host: str) -> set[bool]:
    """Whether each module that writes was told the run's number."""
    sent = [path for path in (site.root / host).glob("sent-*") if not path.name.endswith("host_info")]
    return {b'"epoch": 7' in path.read_bytes() for path in sent}


def test_everything_is_done_in_one_numbered_run_that_ends_its_lease(site: playbook.Site) -> None:
    ended = site.run()
    assert ended.status == 0, ended.said
    assert site.modules("control1") == ["host_info", "host", "nova_api", "nova_cell_host", "lease"]
    assert [site.modules(name) for name in ("compute1", "evil1")] == [["host_info", "host", "nova_compute"]] * 2
    assert all(epochs(site, name) == {True} for name in PENDING)
    assert set(json.loads((site.root / "host_facts.json").read_text())["hosts"]) == set(PENDING)
    assert (site.root / "host_facts.json").stat().st_mode & 0o777 == 0o600


def test_check_mode_takes_no_lease_and_keeps_nothing(site: playbook.Site) -> None:
    del site.answers["control1"]["host_info"]["run"]
    ended = site.run("--check")
    assert ended.status == 0, ended.said
    assert "lease" not in site.modules("control1")
    assert not (site.root / "host_facts.json").exists()


def test_a_compute_host_that_does_not_answer_is_named_twice_and_left_out(site: playbook.Site) -> None:
    site.variables["evil1"] = silent(site)
    ended = site.run()
    assert ended.status != 0
    start, end = ended.said.index("nothing listens on its SSH port"), ended.said.index("evil1: not finished")
    assert start < ended.said.index("Nova") < end, ended.said
    assert site.modules("control1") == ["host_info", "host", "nova_api", "nova_cell_host", "lease"]
    assert site.modules("compute1") == ["host_info", "host", "nova_compute"]
    assert "Traceback" not in ended.said


@pytest.mark.parametrize("module", ["host", "nova_compute"])
def test_a_compute_host_that_fails_stops_only_itself(site: playbook.Site, module: str) -> None:
    site.answers["evil1"][module] = FAILED
    ended = site.run()
    assert ended.status != 0
    assert "evil1: not finished (see above), the others are" in ended.said
    assert site.modules("control1")[-2:] == ["nova_cell_host", "lease"]
    assert site.modules("compute1")[-1] == "nova_compute"


@pytest.mark.parametrize("module", ["host", "nova_api", "nova_cell_host"])
def test_a_control_host_that_fails_ends_the_run_and_its_lease(site: playbook.Site, module: str) -> None:
    site.answers["control1"][module] = FAILED
    ended = site.run()
    assert ended.status != 0
    assert site.modules("control1")[-2:] == [module, "lease"], ended.said
    assert ("nova_compute" in site.modules("compute1")) == (module == "nova_cell_host")


def refused(ended: playbook.Ended, site: playbook.Site, said: str) -> None:
    """Look that nothing was touched, and why."""
    assert ended.status != 0
    assert "nothing has been touched" in ended.said
    assert said in ended.said, ended.said
    assert {name for host in PENDING for name in site.modules(host)} == {"host_info"}


@pytest.mark.parametrize(
    ("end", "said"), [(HEARD, "nothing listens on its SSH port"), (UNHEARD, "its SSH connection ended at once")]
)
def test_without_a_control_host_nothing_is_touched(site: playbook.Site, end: str, said: str) -> None:
    site.variables["control1"] = silent(site, end)
    refused(site.run(), site, said)


def test_without_its_lease_nothing_is_touched(site: playbook.Site) -> None:
    site.answers["control1"]["host_info"]["run"] = {"epoch": None, "holder": "me", "said": "ann is at it: wait"}
    refused(site.run(), site, "ann is at it")


@pytest.mark.parametrize("left", [{}, {"compute1": ["neutron_agent", "firewall"]}, {"control1": ["nova_scheduler"]}])
def test_only_what_is_left_is_run_and_a_play_without_it_ends_at_once(
    site: playbook.Site, left: dict[str, list[str]]
) -> None:
    for name in PENDING:
        pending = left.get(name, [])
        site.answers[name]["host"] = {**playbook.PREPARED, "pending": pending, "left": {one: [] for one in pending}}
    site.run()  # keeps what it found
    before = {name: len(site.modules(name)) for name in PENDING}
    ended = site.run()
    assert ended.status == 0, ended.said
    assert all(b'"last": false' in sent.read_bytes() for sent in site.root.glob("*/sent-*host"))  # it is not alone
    ran = {name: site.modules(name)[before[name] :] for name in PENDING}
    ends = {"control1": ["lease"], "compute1": [], "evil1": []}
    assert ran == {name: ["host_info", "host", *sorted(left.get(name, [])), *ends[name]] for name in PENDING}, (
        ended.said
    )
    if not left:
        assert ended.said.count("skipping:") <= len(PENDING)
