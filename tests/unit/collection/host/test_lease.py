"""The site's lease in its file, and who runs a playbook, as real processes are seen."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.lookup import controller
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._core.plan import Plan
from ansible_collections.novaform.compute.plugins.module_utils._host import gate
from ansible_collections.novaform.compute.plugins.module_utils._host.lock import lease
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.fence import SiteRun

if TYPE_CHECKING:
    from pathlib import Path

SLEEP = "import time; time.sleep(60)"


def take(path: Path, who: str, process: str, alive: list[str] | None) -> dict[str, Any]:
    asking = {"holder": who, "machine": "here", "process": process, "alive": alive, "force": False}
    return lease.take(asking, busy=False, path=str(path))


def test_a_run_that_is_killed_loses_its_lease_to_the_next_one_on_its_machine(tmp_path: Path) -> None:
    path = tmp_path / "lease"
    run = subprocess.Popen([sys.executable, "-c", SLEEP, "ansible-playbook"])
    process = controller.identity(run.pid)
    assert process in controller.alive()
    first = take(path, "ann", process, None)
    assert take(path, "ben", "1:1", controller.alive())["epoch"] is None
    run.kill()
    run.wait()
    second = take(path, "ben", "1:1", controller.alive())
    assert second["epoch"] > first["epoch"]
    assert "the run of ann that began at" in second["said"]
    with pytest.raises(errors.ObserveError, match=r"a newer run \(ben\) has begun"):
        lease.renew(SiteRun(first["epoch"]), str(path))


def test_a_lease_is_let_go_of_once_and_by_its_run_only(tmp_path: Path) -> None:
    path = tmp_path / "lease"
    epoch = take(path, "ann", "7:7", None)["epoch"]
    lease.release(SiteRun(epoch - 1), str(path))
    assert take(path, "ben", "8:8", None)["epoch"] is None
    lease.renew(SiteRun(epoch), str(path))
    lease.release(SiteRun(epoch), str(path))
    assert take(path, "ben", "8:8", None)["said"] == ""


def test_the_only_host_lets_go_of_the_lease_when_nothing_is_left_to_do_there(tmp_path: Path) -> None:
    path = tmp_path / "lease"
    run = SiteRun(take(path, "ann", "7:7", None)["epoch"])
    for last, planned in ({"tcp": "127.0.0.1:1"}, None), ({"disk": str(tmp_path), "free_mb": 0}, Plan()):
        passed = gate.Gate([{"name": "x", "proofs": [last]}], {})
        stages = [passed, gate.Parting(passed, run, str(path))]
        assert not any(stage.plan(planned) for stage in stages)
        assert passed.facts["ended"] is False
        assert take(path, "ben", "8:8", None)["epoch"] is None
    passed = gate.Gate([{"name": "x"}], {})
    assert not any(stage.plan(None) for stage in (passed, gate.Parting(passed, run, str(path))))
    assert passed.facts["ended"] is True
    assert take(path, "ben", "8:8", None)["said"] == ""


def test_a_host_without_a_lease_gets_none_by_renewal(tmp_path: Path) -> None:
    lease.renew(SiteRun(1), str(tmp_path / "lease"))
    assert not (tmp_path / "lease").exists()


def test_a_controller_tells_who_it_is() -> None:
    told = controller.controller()
    assert f"(process {os.getpid()})" in told["holder"]
    assert told["process"] == controller.identity(os.getpid())
    assert controller.identity(2**22 + 1) is None
