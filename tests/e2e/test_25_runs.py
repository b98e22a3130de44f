"""Several runs on one site, and one that is killed in the middle of a migration: they never write at once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from e2e import wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.site import Site

LEASE, RECORD = "/run/novaform.lease", "/run/novaform.lock.run"
# Nova's own code in our child: runuser, and Python below it.
MIGRATION = "pgrep -f '^python3 -c .*from nova.db import migration'"
FRESH = "mariadb -e 'DROP DATABASE nova_cell0; CREATE DATABASE nova_cell0'"
REVISION = "mariadb -N -e 'SELECT version_num FROM nova_cell0.alembic_version'"
HOLD = "systemd-run --quiet --unit=novaform-test-holder flock /run/novaform.lock sleep 120"
FREE = "systemctl stop novaform-test-holder"
SECONDS = 60


@pytest.fixture
def control(cloud: Site) -> str:
    return cloud.hosts("control")[0]


class Playing:
    """A site.yml that goes on beside the test."""

    def __init__(self, cloud: Site, log: Path) -> None:
        self.log = log
        argv = ["ansible-playbook", "-i", str(cloud.inventory / "hosts.yml"), "novaform.compute.site"]
        with log.open("w") as out:
            self.process = subprocess.Popen(argv, env=cloud.env, stdout=out, stderr=out, start_new_session=True)

    def ends(self) -> int:
        return self.process.wait(timeout=300)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def playing() -> Iterator[list[Playing]]:
    """Runs that a test has begun; what is left of them ends with it."""
    begun: list[Playing] = []
    yield begun
    for one in begun:
        one.kill()


def begin(cloud: Site, playing: list[Playing], log: Path) -> Playing:
    playing.append(Playing(cloud, log))
    return playing[-1]


def record(cloud: Site, control: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cloud.ssh(control, f"cat {path}").out or "{}")
    return found


def migrations(cloud: Site, control: str) -> list[str]:
    return cloud.ssh(control, MIGRATION).out.split()


def test_a_second_operator_is_told_who_deploys_and_the_first_goes_on(
    cloud: Site, control: str, playing: list[Playing], tmp_path: Path
) -> None:
    cloud.ask(control, HOLD)
    try:
        first = begin(cloud, playing, tmp_path / "first")
        pid = str(first.process.pid)
        wait.until("lease", SECONDS, lambda: record(cloud, control, LEASE).get("process", "").startswith(pid), 0.5)
        second = cloud.playbook()
    finally:
        cloud.ask(control, FREE)
    assert second.status != 0
    assert re.search(rf"process {pid}\) deploys this site since [\d:]+", second.out), second.said
    assert "wait until that run has ended" in second.out
    assert "Traceback" not in second.said
    assert first.ends() == 0, first.log.read_text()
    assert record(cloud, control, LEASE)["process"] == ""


def test_a_migration_whose_run_is_killed_ends_by_itself_and_is_not_joined_by_another(
    cloud: Site, control: str, playing: list[Playing], tmp_path: Path
) -> None:
    before = cloud.ask(control, REVISION)
    cloud.ask(control, FRESH)
    first = begin(cloud, playing, tmp_path / "first")
    (pid,) = wait.until("migration", SECONDS, lambda: migrations(cloud, control), 0.2)
    cloud.ask(control, f"kill -STOP {pid}")
    first.kill()
    known = record(cloud, control, RECORD)
    assert known["doing"] == "nova_database"
    cloud.ask(control, f"kill -KILL {known['pid']}")
    second = begin(cloud, playing, tmp_path / "second")
    newer = "a newer run waits"
    wait.until(
        newer, SECONDS, lambda: record(cloud, control, RECORD)["newest"]["epoch"] > known["newest"]["epoch"], 0.5
    )
    assert migrations(cloud, control) == [pid]
    cloud.ask(control, f"kill -CONT $(ps -o ppid= -p {pid}) {pid}")  # runuser stops with what it runs
    assert second.ends() == 0, second.log.read_text()
    said = second.log.read_text()
    assert "what a run that was killed had begun here" in said
    assert re.search(r"the run of .* is dead +this one takes its place", said)
    assert cloud.ask(control, REVISION) == before
