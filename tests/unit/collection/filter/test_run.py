"""A run's number and the hosts that it goes on without, as a play sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.filter import preflight, run, site
from ansible_collections.novaform.compute.plugins.module_utils._site import known
from ansible_collections.novaform.compute.plugins.module_utils._site.component import registry
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import contact, lease
from fakes import fact

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = {"control": ["control1"], "compute": ["compute1", "compute2"]}
KEYS = {name: fact.KEY.replace("AAAAA", f"AAAA{at}") for at, name in enumerate(("control1", "compute1", "compute2"))}
SILENT = {"unreachable": True, "msg": "ssh: connect to host 192.0.2.2 port 22: No route to host"}
LEASE = {"epoch": 7, "holder": "ann@bastion", "said": ""}


def facts(name: str) -> dict[str, Any]:
    return fact.honest(name, f"192.0.2.{list(KEYS).index(name)}", ssh_host_keys=[KEYS[name]])


def judged(hostvars: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return preflight._judge(site.to_site(hostvars, GROUPS, asked=False), hostvars)


def hosts(folder: Path, **answers: Any) -> dict[str, Any]:
    names = [name for members in GROUPS.values() for name in members]
    told = {
        name: {"facts": facts(name), "run": LEASE} if name == "control1" else {"facts": facts(name)} for name in names
    }
    told |= answers
    return {
        name: {"ansible_host": f"192.0.2.{at}", "inventory_dir": str(folder), site.FACTS: told[name]}
        for at, name in enumerate(names)
    }


def files_of(hostvars: dict[str, Any], host: str) -> dict[str, Any]:
    return {
        item["path"]: item.get("content") or item.get("options")
        for told in site.blueprint(hostvars, GROUPS, host)
        for item in registry.to_parts(told).get("files", ())
    }


def test_a_host_that_went_away_changes_nothing_for_the_others(tmp_path: Path) -> None:
    everybody = hosts(tmp_path)
    (tmp_path / known.FILE).write_text(run.known_facts(everybody, GROUPS))
    without = hosts(tmp_path, compute2=SILENT)
    for host in ("control1", "compute1"):
        assert files_of(without, host) == files_of(everybody, host)
    assert KEYS["compute2"] in files_of(without, "compute1")["/var/lib/nova/.ssh/known_hosts"]
    assert run.known_facts(without, GROUPS) == run.known_facts(everybody, GROUPS)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"version": 1, "hosts": []}', '{"version": 2, "hosts": {}}', "\xff"]
)
def test_of_a_host_that_was_never_seen_nothing_is_known(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / known.FILE).write_bytes(text.encode("latin-1"))
    told = files_of(hosts(tmp_path, compute2=SILENT), "compute1")["/var/lib/nova/.ssh/known_hosts"]
    assert KEYS["compute1"] in told
    assert KEYS["compute2"] not in told


def test_only_what_others_need_is_kept(tmp_path: Path) -> None:
    kept = json.loads(run.known_facts(hosts(tmp_path), GROUPS))
    assert kept["hosts"]["compute1"] == {"openvswitch_datapath": "system", "ssh_host_keys": [KEYS["compute1"]]}


def test_nobody_waits_for_a_host_that_is_away(tmp_path: Path) -> None:
    told = {one["name"]: one["options"] for one in site.blueprint(hosts(tmp_path, compute2=SILENT), GROUPS, "control1")}
    assert told["nova_cell_host"]["compute_hosts"] == ["compute1"]


def test_a_compute_host_that_is_away_is_a_note_with_its_remedy(tmp_path: Path) -> None:
    hostvars = hosts(tmp_path, compute2=SILENT)
    assert judged(hostvars)["compute2"]["error"] is None
    said = preflight.preflight_notes(hostvars, GROUPS)
    assert "compute2  it does not answer  switch it on" in said
    assert "this run goes on without it" in said
    assert run.absence(SILENT, "compute2").startswith("it does not answer: switch it on")
    assert run.absence({"facts": facts("compute1")}, "x") == ""


def test_a_control_host_that_is_away_is_a_problem(tmp_path: Path) -> None:
    assert judged(hosts(tmp_path, control1=SILENT))["control1"]["error"]


@pytest.mark.parametrize("lie", [contact.NOT_FACTS, contact.NOT_OURS])
def test_a_compute_host_that_lies_is_a_problem(tmp_path: Path, lie: str) -> None:
    lying = {"failed": True, "msg": f"{lie}it is not a mapping"}
    assert judged(hosts(tmp_path, compute2=lying))["compute2"]["error"]


def test_a_run_is_numbered_by_the_control_host(tmp_path: Path) -> None:
    assert run.site_run(hosts(tmp_path), GROUPS) == {"epoch": 7, "holder": "ann@bastion"}
    assert run.site_run(hosts(tmp_path, control1={"facts": {}}), GROUPS) is None


def test_what_an_earlier_run_left_is_told_and_another_runs_lease_refused(tmp_path: Path) -> None:
    left = {"facts": facts("compute1"), "run": {**LEASE, "said": "the run of ben is dead: this one takes its place"}}
    busy = {"facts": facts("compute1"), "busy": "what a run that was killed had begun here is still at work: process 7"}
    said = preflight.preflight_notes(hosts(tmp_path, control1=left, compute1=busy), GROUPS)
    assert "control1  the run of ben is dead" in said
    assert "process 7  this run waits for it, 15 min at most" in said
    theirs = {
        "facts": facts("compute1"),
        "run": {"epoch": None, "said": "ann deploys this site: wait. Else"},
    }
    assert lease.problems(judged(hosts(tmp_path, control1=theirs))) == [
        {"host": "control1", "problem": "ann deploys this site", "remedy": "wait. Else"}
    ]
