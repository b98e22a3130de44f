"""What apt says, made into a sentence; and the ban on service starts, put up and taken down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host import stages
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, record, systemd
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import package, unit

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = """After this operation, 1,234 MB of additional disk space will be used.
Need to get 12.5 kB/363 MB of archives.
"""


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(package, "POLICY", str(tmp_path / "policy-rc.d"))
    monkeypatch.setattr(package, "KEPT", str(tmp_path / "kept"))
    return tmp_path / "policy-rc.d"


def test_the_hosts_own_policy_comes_back(policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 0\n")
    package.deny_starts()
    assert package.is_ban(str(policy))
    assert policy.stat().st_mode & 0o777 == 0o755
    package.lift_ban()
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    package.lift_ban()
    assert policy.exists()


def test_a_ban_left_behind_does_not_become_the_hosts_own_policy(policy: Path) -> None:
    package.deny_starts()
    package.lift_ban()
    assert not policy.exists()
    assert not package.is_ban(str(policy))


@pytest.mark.parametrize(
    ("err", "said"),
    [
        ("W: x\nE: Unable to locate package nova\nE: b\n", "Unable to locate package nova; b"),
        ("dpkg: error: x\ncannot copy: No space left on device\nE: Sub-process", "the disk is full; make room"),
        ("something odd\n", "something odd"),
    ],
)
def test_apt_is_quoted_in_one_sentence(err: str, said: str) -> None:
    assert package.complaint(command.Completed(100, "", err)).startswith(said)


def test_sizes_are_read_from_apts_summary() -> None:
    found = {what: (number, unit_) for what, number, unit_ in package.SIZES.findall(SUMMARY)}
    assert found == {"After this operation,": ("1,234", "MB"), "Need to get": ("363", "MB")}


def test_what_apt_would_remove_is_seen() -> None:
    summary = "The following packages will be REMOVED:\n  exim4* mutt\n  bsd-mailx\nThe following NEW packages:\n  x\n"
    assert package.removals(summary) == ["exim4", "mutt", "bsd-mailx"]
    assert package.removals(SUMMARY) == []


def test_a_missing_program_is_none_to_some_and_an_error_to_others() -> None:
    assert command.run(["/nonexistent"]) is None
    with pytest.raises(errors.ObserveError, match="/nonexistent cannot be run"):
        command.ask(["/nonexistent"])
    with pytest.raises(errors.ApplyError, match="sh -c exit 3 failed: exit status 3"):
        command.change(["sh", "-c", "exit 3"])
    assert command.ask(["cat"], stdin="é").out == "é"


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    argv = ["sh", "-c", "(sleep 1; touch $MARK) & wait"]
    assert command.run(argv, environment={"MARK": f"{tmp_path}/mark"}, timeout=0.2) is None
    time.sleep(1.2)
    assert not (tmp_path / "mark").exists()


def test_a_record_survives_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    record.save("a.service", "started", {"/x": "1"}, str(tmp_path))
    assert record.load("a.service", str(tmp_path)) == {"state": "started", "inputs": {"/x": "1"}}
    (tmp_path / "a.service.json").write_text("{")
    assert record.load("a.service", str(tmp_path)) is None
    assert record.load("b.service", str(tmp_path)) is None


@pytest.mark.parametrize(
    ("state", "runs"),
    [
        ({"ActiveState": "active", "Type": "notify"}, True),
        ({"ActiveState": "activating", "Type": "simple", "SubState": "auto-restart"}, False),
        ({"ActiveState": "inactive", "Type": "oneshot", "RemainAfterExit": "no", "Result": "success"}, True),
        ({"ActiveState": "inactive", "Type": "oneshot", "RemainAfterExit": "yes", "Result": "success"}, False),
        ({"ActiveState": "failed", "Type": "oneshot", "RemainAfterExit": "no", "Result": "exit-code"}, False),
    ],
)
def test_a_unit_runs_or_has_done_its_one_shot(state: dict[str, str], *, runs: bool) -> None:
    assert unit.is_running(state) is runs


def test_a_unit_with_an_unknown_state_is_refused() -> None:
    with pytest.raises(errors.DeclareError, match=r"x\.service: state is one of"):
        unit.Units([{"name": "x.service", "state": "running"}], [], {})


def test_stages_come_in_order_behind_the_lock_and_none_is_forgotten() -> None:
    component = {"name": "x", "proofs": [{"tcp": "h:1"}], "packages": ["a"], "units": []}
    assert [type(stage).__name__ for stage in stages.for_component(component, {})] == ["Lock", "Packages", "Proofs"]
    with pytest.raises(errors.DeclareError, match="component x has parts that nothing here does: proofs"):
        stages.for_component(component, {}, ["packages"])


def test_the_last_complaint_in_a_services_own_log_is_found(tmp_path: Path) -> None:
    head = "2026-11-21 08:10:24.821 13576 ERROR nova"
    cause = f"{head} keystoneauth1.exceptions.http.Unauthorized: The request you have made requires authentication."
    lines = [f"{head} Traceback", f'{head}   File "x.py"', cause, head, "2026-11-21 08:10:25 1 INFO nova Error: x"]
    (tmp_path / "a.log").write_text("\n".join(lines))
    assert systemd.complaints(str(tmp_path / "a.log")) == [cause]
