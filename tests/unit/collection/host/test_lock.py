"""The host's lock with real processes: who is killed, who goes on, and who is let in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._core.plan import Plan
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, nova
from ansible_collections.novaform.compute.plugins.module_utils._host.lock import holder, lock
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.fence import SiteRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[4]
# What a module does: it takes the lock and runs a program that changes the host for a while.
MODULE = """
import sys
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.fence import SiteRun
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command
from ansible_collections.novaform.compute.plugins.module_utils._host.lock import lock
path, epoch, script = sys.argv[1:]
held = lock.Lock("nova_database", SiteRun(int(epoch), "ann@bastion") if epoch != "0" else None, path)
held.plan(None)
print("begun", flush=True)
command.change(["sh", "-c", script], timeout=60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Iterator[str]:
    """A lock's path; whatever a test leaves holding it is ended."""
    yield str(tmp_path / "lock")
    for one in holder.observe(str(tmp_path / "lock")):
        if one.pid != os.getpid():
            os.kill(one.pid, signal.SIGKILL)


def begin(path: str, epoch: int, script: str) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT / ".dev")}
    argv = [sys.executable, "-c", MODULE, path, str(epoch), script]
    module = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)
    assert module.stdout
    assert module.stdout.readline() == "begun\n"
    return module


def wait(what: str, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def refused(path: str, run: SiteRun | None, within: float = 0.3) -> str:
    with pytest.raises(errors.ObserveError) as caught:
        lock.Lock("x", run, path, within).plan(None)
    return str(caught.value)


def kill(module: subprocess.Popen[str]) -> None:
    module.kill()
    module.communicate()


@pytest.mark.parametrize("epoch", [0, 7])
def test_what_a_killed_module_had_begun_keeps_the_lock_until_it_ends(path: str, tmp_path: Path, epoch: int) -> None:
    ready, done = tmp_path / "ready", tmp_path / "done"
    # It speaks after its module's death, and would be ended by that if anybody's reading end had closed.
    script = f"touch {ready}; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; echo much; echo more >&2; touch {done}"
    module = begin(path, epoch, script)
    wait("the program runs", ready.exists)
    kill(module)
    said = refused(path, SiteRun(8))
    assert "what a run that was killed had begun here at" in said
    assert "(nova_database) is still at work: process" in said
    assert "(sh -c touch" in said
    (tmp_path / "go").touch()
    newer = lock.Lock("x", SiteRun(8), path, 20)
    newer.plan(None)
    newer.release()
    assert done.exists()


def test_a_module_that_lives_is_named(path: str) -> None:
    module = begin(path, 7, "sleep 30")
    said = refused(path, SiteRun(8))
    assert "another run has been writing on this host since" in said
    assert f"process {module.pid} (" in said
    assert said.endswith("wait until it has ended, or end it, then run again")
    kill(module)


def test_modules_of_one_run_share_the_lock_and_another_run_does_not(path: str) -> None:
    module = begin(path, 7, "sleep 30")
    beside = lock.Lock("keystone", SiteRun(7), path, 0.3)
    beside.plan(None)
    assert "writ" in refused(path, None)
    kill(module)
    beside.release()


def test_an_older_run_is_refused_as_soon_as_a_newer_one_waits(path: str) -> None:
    module = begin(path, 7, "sleep 30")
    refused(path, SiteRun(8, "ben@laptop"))
    assert refused(path, SiteRun(7), 20) == "a newer run (ben@laptop) has begun: this one ends"
    kill(module)


def test_an_older_run_that_waits_is_refused_when_a_newer_one_comes(path: str) -> None:
    module = begin(path, 9, "sleep 0.5")
    old = subprocess.run(
        [sys.executable, "-c", MODULE, path, "8", "true"],
        env=os.environ | {"PYTHONPATH": str(ROOT / ".dev")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "a newer run (ann@bastion) has begun: this one ends" in old.stderr
    module.communicate()


def test_a_run_may_have_its_number_for_as_long_as_no_newer_one_comes(path: str) -> None:
    for _ in range(2):
        held = lock.Lock("x", SiteRun(7), path, 1)
        held.plan(None)
        held.release()
    alone = lock.Lock("by hand", None, path, 1)
    alone.plan(None)
    assert "is still at work" not in refused(path, SiteRun(7))
    alone.release()
    assert refused(path, SiteRun(6)).startswith("a newer run (number 7)")


def test_a_damaged_record_is_none(path: str) -> None:
    Path(f"{path}.run").write_text('{"newest": {"epo')
    held = lock.Lock("x", SiteRun(1), path, 1)
    held.plan(None)
    held.release()


def test_check_mode_locks_nothing(path: str) -> None:
    module = begin(path, 7, "sleep 30")
    assert not lock.Lock("x", SiteRun(1), path, 0).plan(Plan())
    kill(module)


def test_nobody_writes(path: str) -> None:
    assert lock.busy(path) is None


def test_an_answer_is_whole_whatever_a_programs_children_do() -> None:
    began = time.monotonic()
    answer = command.run(["sh", "-c", "cat; echo wrong >&2; sleep 30 & exit 3"], "told é\n")
    assert answer == command.Completed(3, "told é\n", "wrong\n")
    assert time.monotonic() - began < 20


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    assert command.run(["sh", "-c", f"sleep 30; touch {tmp_path}/late"], timeout=0.2) is None
    assert command.run(["/no/such/program"]) is None


def test_the_job_of_novas_schemas_is_given_all_the_time_that_it_may_take() -> None:
    tasks = ROOT / "roles" / "nova" / "tasks"
    (start,) = yaml.safe_load((tasks / "database.yml").read_text())
    (job,) = yaml.safe_load((tasks / "wait.yml").read_text())
    limit = int(start["async"].split()[-2])
    # The lock, then the API's schema, then all cells side by side.
    assert limit > lock.PATIENCE + 2 * nova.PATIENCE
    assert job["block"][0]["retries"] * job["block"][0]["delay"] >= limit
    assert job["always"][0]["novaform.compute.job_status"]["mode"] == "cleanup"
