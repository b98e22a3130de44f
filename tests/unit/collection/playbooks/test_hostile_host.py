"""The real playbook, with a compute host that was taken over: it gets no secret more, and costs one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes.fact import KEY
from fakes.playbook import PREPARED, Site

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = "nothing has been touched"
PROGRESS = "novaform.compute.progress"
MIDDLE = ["Keep what was found*", "Install all packages, write all files*", "What Nova stands on"]
MIDDLE += ["Hosts that this run did not finish", "no such task"]
"""A task of each kind of play of site.yml, one of a role, and one that is nowhere."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def lies(site: Site) -> dict[str, Any]:
    """Return facts of which none is one."""
    every = " ".join(f"<secret:{name}>" for name in site.secrets)
    facts = dict.fromkeys(site.answers["evil1"]["host_info"]["facts"], every)
    return {**facts, "ssh_host_keys": [f"{KEY}\ncompute1 {KEY} {every}"], "../../x": every, "huge": "x" * 10_000_000}


def test_a_hostile_host_gets_what_an_honest_one_gets(site: Site) -> None:
    ended = site.run("--check")
    assert ended.status == 0, ended.said
    assert site.sent("evil1") == site.sent("compute1")
    assert site.sent("evil1") & {"keystone_admin", "database_nova", "broker_admin", "metadata_proxy"} == set()
    assert {"broker_nova_compute", "migration_ssh_key"} <= site.sent("evil1")


@pytest.mark.parametrize("callback", ["ansible.builtin.default", PROGRESS])
def test_a_hostile_host_costs_one_sentence(site: Site, callback: str) -> None:
    site.answers["evil1"]["host_info"] = {
        "changed": False,
        "facts": lies(site),
        "ansible_facts": {"nova_config": {"all": {"DEFAULT": {"x": "<secret:database_nova>"}}}},
        "add_host": {"host_name": "another", "groups": ["control"]},
        "warnings": ["\x1b]0;owned\x07"],
    }
    ended = site.run("--check", callback=callback)
    assert ended.status != 0
    assert [line for line in ended.said.splitlines() if "evil1" in line and "not a host's facts" in line]
    assert ended.said.count("not a host's facts") == 1
    assert "1 problem on 1 host" in ended.said
    assert not [word for word in ("Traceback", "<secret:", "\x1b", "another", "S3CRET") if word in ended.said]
    assert len(ended.said) < 5000
    assert {host: site.modules(host) for host in site.answers} == {host: ["host_info"] for host in site.answers}
    assert not [host for host in site.answers if site.sent(host)]


@pytest.mark.parametrize(
    "answer",
    [["a list"], {"failed": "perhaps"}, {"facts": {}, "ansible_facts": ["x"]}],
)
def test_an_answer_of_another_shape_is_a_row(site: Site, answer: Any) -> None:
    """A host that lies ends the run; one that cannot be read, and nobody else needs, is left out of it."""
    site.answers["evil1"]["host_info"] = answer
    ended = site.run("--check", callback=PROGRESS)
    assert ended.status != 0
    assert "1 problem on 1 host" in ended.said or "this run goes on without it" in ended.said
    assert site.modules("evil1") == ["host_info"]
    assert "Traceback" not in ended.said


def test_an_answer_may_come_by_way_of_a_terminal(site: Site) -> None:
    """As that of a task in the background does, whose lines end with two characters."""
    site.answers["evil1"]["end"] = "\r\n"
    ended = site.run("--check")
    assert ended.status == 0, ended.said


def test_a_host_names_no_role_and_no_variable(site: Site, tmp_path: Path) -> None:
    """What a host says is left to do are names of our own, and its facts go over nothing that is declared."""
    role = tmp_path / "evil" / "tasks"
    role.mkdir(parents=True)
    (role / "main.yml").write_text("- ansible.builtin.debug: {msg: ROLE OF THE HOST RAN}\n")
    site.answers["control1"]["host"] = {**PREPARED, "pending": [f"../../../../../..{tmp_path}/evil"]}
    ended = site.run("--check")
    assert ended.status != 0
    assert "ROLE OF THE HOST RAN" not in ended.said
    assert ended.said.count("not an answer of this module: pending") <= 2


def test_facts_of_a_host_are_no_variables(site: Site) -> None:
    override = {"all": {"DEFAULT": {"x": "<secret:database_nova>"}}}
    site.answers["evil1"]["host_info"]["ansible_facts"] = {"nova_config": override, "cloud": {"region": "evil"}}
    ended = site.run("--check")
    assert ended.status == 0, ended.said
    assert site.sent("evil1") == site.sent("compute1")


def test_what_a_task_in_the_background_says_makes_no_variables(site: Site) -> None:
    """Its answer is all that its module said, and comes by way of another module of Ansible's own."""
    facts = {"cloud": {"region": "EVIL"}, "nova_config": {"all": {"DEFAULT": {"x": "EVIL"}}}}
    job = {"ansible_job_id": "1.2", "started": True, "finished": True, "ansible_facts": facts}
    site.answers["control1"]["unknown"] = job
    for name, pending in (("control1", ["nova_database", "nova_api"]), ("compute1", ["nova_compute"])):
        site.answers[name]["host"] = {**PREPARED, "pending": pending, "left": {one: [] for one in pending}}
    ended = site.run()
    assert site.modules("control1").count("unknown") == 3, ended.said
    assert (site.modules("control1")[5], site.modules("compute1")[2]) == ("nova_api", "nova_compute")
    assert "EVIL" not in ended.said
    assert not [path for path in site.root.glob("*/sent-*") if b"EVIL" in path.read_bytes()]


def test_what_is_sent_is_not_logged_on_the_host(site: Site) -> None:
    site.run("--check")
    sent = list((site.root / "evil1").glob("sent-*"))
    assert sent
    assert all(b'"_ansible_no_log": true' in path.read_bytes() for path in sent)


@pytest.mark.parametrize("words", [("--limit", "control1"), ("--tags", "nova"), ("--skip-tags", "nova")])
def test_a_part_of_a_site_is_refused(site: Site, words: tuple[str, ...]) -> None:
    ended = site.run(*words, callback=PROGRESS)
    assert ended.status != 0
    assert "run without --limit, --tags and --skip-tags" in ended.said
    assert not [host for host in site.answers if site.modules(host)]


def test_what_molecule_says_in_each_run_is_no_part(site: Site) -> None:
    ended = site.run("--check", "--skip-tags", "molecule-notest,notest,molecule-idempotence-notest")
    assert ended.status == 0, ended.said


@pytest.mark.parametrize("task", MIDDLE)
def test_a_run_from_the_middle_is_refused(site: Site, task: str) -> None:
    kept = site.root / "host_facts.json"
    kept.write_text("what is known")
    ended = site.run("--start-at-task", task, callback=PROGRESS)
    assert ended.status != 0
    assert "run without --start-at-task: " in ended.said
    assert "undefined" not in ended.said
    assert not [host for host in site.answers if site.modules(host)]
    assert kept.read_text() == "what is known"


def test_every_mistake_of_a_declaration_comes_once(site: Site) -> None:
    site.variables["compute1"] = {"tunnel_address": "10.0.0.0/8", "nova_config": {"computer": {}}}
    ended = site.run(callback=PROGRESS)
    assert ended.status != 0
    assert "2 problems; nothing has been touched" in ended.said
    assert ended.said.count("tunnel_address of 'compute1' must be an IPv4 address") == 1
    assert "hosts.yml:" in ended.said


def test_a_missing_kernel_module_is_said_once_for_each_host(site: Site) -> None:
    for name in ("compute1", "evil1"):
        site.answers[name]["host_info"]["facts"]["openvswitch_datapath"] = "netdev"
    ended = site.run(callback=PROGRESS)
    assert ended.status != 0
    assert ended.said.count("the kernel has no openvswitch module") == 2
    assert "2 problems on 2 hosts" in ended.said
