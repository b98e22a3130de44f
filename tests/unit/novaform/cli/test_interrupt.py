"""Ctrl-C and SIGTERM in the middle of an apply: it ends, says what is true, leaves nothing behind, and can go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from novaform.cli import main
from novaform.clients import child, runner
from novaform.cloud import lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
flavors: {{small: {{vcpus: 1, ram: 128MiB, disk: 1GiB}}}}
networks: {{private: {{cidr: 192.168.50.0/24}}}}
defaults: {{image: {image}, flavor: small, networks: [private], on_change: {{image: rebuild}}}}
instances: {{web: {{count: 4, rolling: {{max_unavailable: 1}}}}}}
"""
NEXT = "novaform plan says what is left, novaform apply goes on"
NOTHING = "interrupted before anything was asked of the cloud: nothing was changed"


class Running:
    """An apply in a process of its own."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.program = subprocess.Popen(
            # Whoever runs the tests may have told them to outlive his terminal: then it would rightly heed no SIGHUP.
            ["env", "--default-signal=HUP", sys.executable, "-m", "novaform", "apply", "--max-delete", "9", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.children: list[int] = []

    def folders(self) -> list[Path]:
        """Return its private folders."""
        return list(runner.MEMORY.glob(f"{runner.PREFIX}{self.program.pid}-*"))

    def changes(self, word: str = "") -> int:
        """Return how many requests have changed something."""
        asked = (path for method, path in self.cloud.log if method != "GET" and "/auth/tokens" not in path)
        return sum(1 for path in asked if word in path)

    def until(self, reached: Callable[[Running], object]) -> None:
        """Wait for a moment."""
        deadline = time.monotonic() + 120
        while not reached(self):
            assert self.program.poll() is None, self.program.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def interrupt(self, number: int, *, times: int = 1) -> tuple[int, str, dict[str, Any]]:
        """Send a signal and return exit status, words and answer, once nothing runs any more."""
        self.children = child.below(self.program.pid)
        for _ in range(times):
            self.program.send_signal(number)
            time.sleep(0.05)
        out, err = self.program.communicate(timeout=60)
        assert out, (self.program.returncode, err)
        return self.program.returncode, err, json.loads(out)


def is_ansible(running: Running) -> bool:
    """Tell whether Ansible has been started."""
    return bool(child.below(running.program.pid))


def is_heard(running: Running) -> bool:
    """Tell whether the module has said its first word."""
    return any((one / runner.PROGRESS).exists() for one in running.folders())


MOMENTS: dict[str, Callable[[Running], object]] = {
    "first request": lambda one: one.cloud.log,
    "folder": lambda one: one.folders(),
    "ansible": is_ansible,
    "module": is_heard,
    "flavor": lambda one: one.changes("/flavors"),
    "network": lambda one: one.changes("/networks"),
    "first server": lambda one: one.changes("/servers"),
    "all servers": lambda one: one.changes("/servers") >= 4,
}


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """The cloud with two images, and a declaration."""
    for image in ("debian", "fedora"):
        cloud.glance.add(image)
    Path("instances.yml").write_text(DECLARED.format(image="debian"))
    return cloud


def check_end(running: Running, ended: tuple[int, str, dict[str, Any]], number: int) -> None:
    """Hold an end to what is promised of it."""
    status, err, answer = ended
    after = running.changes()
    assert status == 128 + number
    last = err.splitlines()[-1]
    assert "Traceback" not in err
    assert answer["error"] in last
    assert last.removeprefix("novaform: ") in {NOTHING, "interrupted"} or last.endswith(NEXT)
    assert (running.changes() == 0) == (NEXT not in last)
    assert not running.folders()
    assert all(lock.identity(one).endswith(":gone") for one in running.children)
    time.sleep(1.5)
    assert running.changes() == after


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_ends_and_the_next_goes_on(cloud: Cloud, moment: str, number: int) -> None:
    running = Running(cloud)
    running.until(MOMENTS[moment])
    check_end(running, running.interrupt(number), number)
    if moment in {"module", "first server"}:
        assert main.main(["apply"]) == 0
        assert sorted(one["name"] for one in cloud.nova.servers.values()) == [f"web-{one}" for one in range(1, 5)]


@pytest.mark.parametrize("times", [1, 2])
def test_no_disk_goes_after_an_interrupt(cloud: Cloud, times: int) -> None:
    assert main.main(["apply"]) == 0
    Path("instances.yml").write_text(DECLARED.format(image="fedora"))
    cloud.log.clear()
    running = Running(cloud)
    running.until(lambda one: one.changes("/action"))
    check_end(running, running.interrupt(signal.SIGINT, times=times), signal.SIGINT)
    assert running.changes("/action") == 1
    assert main.main(["apply", "--max-delete", "9"]) == 0
    assert running.changes("/action") == 4


def test_an_apply_in_the_background_of_a_script_can_be_interrupted_too(cloud: Cloud) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without job control does
    try:
        running = Running(cloud)
    finally:
        signal.signal(signal.SIGINT, before)
    running.until(is_ansible)
    check_end(running, running.interrupt(signal.SIGINT), signal.SIGINT)


def test_a_hang_up_leaves_no_secret(cloud: Cloud) -> None:
    running = Running(cloud)
    running.until(is_ansible)
    check_end(running, running.interrupt(signal.SIGHUP), signal.SIGHUP)
