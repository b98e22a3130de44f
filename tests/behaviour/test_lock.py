"""Who holds a stack's lock, and what the next run makes of it; with real processes, killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._cloud.run import stage
from fakes import stack
from fakes.bench import Bench
from novaform import core
from novaform.cloud import lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from novaform.cloud import lock
with lock.alone(Path(sys.argv[1]), int(sys.argv[2]) or None):
    print("held", flush=True)
    time.sleep(60)
"""
Process = subprocess.Popen[str]


@pytest.fixture
def leader() -> Iterator[Process]:
    with subprocess.Popen(["sleep", "60"], text=True) as process:
        yield process
        process.kill()


def holder(folder: Path, leader: int) -> Process:
    words = [sys.executable, "-c", HOLD, str(folder), str(leader)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_run_whose_controller_is_gone_is_ended_by_the_next(tmp_path: Path, leader: Process) -> None:
    with holder(tmp_path, leader.pid) as orphan:
        with (
            pytest.raises(core.errors.ApplyError, match="another apply of this stack is running"),
            lock.alone(tmp_path),
        ):
            pass
        leader.kill()
        leader.wait()
        with lock.alone(tmp_path):
            assert orphan.wait(10) == -signal.SIGKILL
            assert (tmp_path / "lock").read_text().split() == [lock.identity(os.getpid())] * 2


def test_a_run_that_stands_for_itself_is_waited_for(tmp_path: Path) -> None:
    with holder(tmp_path, 0) as other:
        with pytest.raises(core.errors.ApplyError, match="wait for it"), lock.alone(tmp_path):
            pass
        assert other.poll() is None
        other.kill()
        other.wait()
        with lock.alone(tmp_path):
            pass


def test_a_later_process_of_the_same_number_is_another() -> None:
    told = lock.identity(os.getpid())
    assert lock.lives(told)
    assert not lock.lives(f"{os.getpid()}:1")
    assert not lock.lives(f"{os.getpid()}:gone")


def test_the_module_holds_the_stack_from_its_first_look() -> None:
    bench = Bench(kept=True)
    module = stage.StackStage(bench.run(stack.desired()))
    with holder(bench.folder, 0) as other:
        with pytest.raises(core.errors.ApplyError, match="another apply of this stack is running"):
            module.plan(None)
        other.kill()
        other.wait()
    plan = module.plan(None)
    with pytest.raises(core.errors.ApplyError, match="another apply of this stack is running"):
        bench.apply()
    module.apply(plan)
    module.held.close()
    assert bench.plan().clean
