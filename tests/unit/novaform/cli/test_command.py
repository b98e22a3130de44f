"""plan, apply, status and drift as a person calls them, with real HTTP, the real module and ansible-runner between."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from novaform.cli import main

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
flavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}}
networks: {private: {cidr: 192.168.50.0/24, router: edge}}
routers: {edge: {external: public}}
security_groups: {web: [{tcp: 80}]}
images: {own: {file: own.img}}
defaults: {image: own, flavor: small, networks: [private], security_groups: [web]}
instances:
  web:
    count: 2
    floating_ip: true
    user_data: "#!/bin/sh\\n# hunter2\\n"
"""


@pytest.fixture
def cloud(cloud: Cloud, tmp_path: Path) -> Cloud:
    """The cloud, with a network outside; and a declaration."""
    (tmp_path / "instances.yml").write_text(DECLARED)
    (tmp_path / "own.img").write_bytes(b"an image")
    cloud.neutron.make("networks", {"name": "public", "router:external": True})
    return cloud


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run one command with ``--json``."""
    capsys.readouterr()
    status = main.main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", "en_GB.ISO-8859-1"])
@pytest.mark.usefixtures("cloud")
def test_a_locale_of_the_terminal_keeps_nothing_from_being_done(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSH brings it along: one that this machine lacks, or one without UTF-8, which Ansible refuses."""
    for name in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(name, locale)
    Path("instances.yml").write_text("stack: shop\nsecurity_groups: {web: [{tcp: 80}]}\n")
    assert main.main(["apply"]) == 0
    assert main.main(["plan"]) == 0


def test_a_stack_comes_is_seen_changes_and_goes(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["plan"]) == 2
    told = capsys.readouterr().out
    assert "+ create server web-1  instances.yml:9:3" in told
    assert not cloud.nova.servers
    status, result = answer(capsys, "apply")
    assert (status, {one["outcome"] for one in result["outcomes"]}) == (0, {"done"})
    assert main.main(["plan"]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    status, result = answer(capsys, "status")
    assert status == 0
    assert [(one["name"], one["state"], one["libvirt"]) for one in result["instances"]] == [
        ("web-1", "active", "not asked"),
        ("web-2", "active", "not asked"),
    ]
    assert all(one["floating"] for one in result["instances"])
    assert main.main(["drift"]) == 0
    Path("instances.yml").write_text(DECLARED.replace("count: 2", "count: 1"))
    status, plan = answer(capsys, "plan")
    assert (status, {(one["action"], one["kind"]) for one in plan["steps"]}) == (
        2,
        {("delete", "floating_ip"), ("delete", "server")},
    )
    assert answer(capsys, "plan", "--max-consequence", "reboot")[1]["steps"][1]["blocked"]
    assert answer(capsys, "apply")[0] == 0
    assert len(cloud.nova.servers) == 1


def test_no_secret_is_left_anywhere(
    cloud: Cloud, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the cloud's password nor user-data stays in a file, or is printed."""
    from novaform.clients import runner

    kept: list[bytes] = []
    remove = runner.shutil.rmtree

    def keep(path: Path, **more: Any) -> None:
        kept.extend(file.read_bytes() for file in (path / "artifacts").rglob("*") if file.is_file())
        assert path.stat().st_mode & 0o77 == 0
        assert not (path / "env").exists()
        remove(path, **more)

    monkeypatch.setattr(runner.shutil, "rmtree", keep)
    assert main.main(["apply"]) == 0
    assert kept
    files = [file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file()]
    out, err = capfd.readouterr()
    for text in [*kept, *files, out.encode(), err.encode()]:
        assert b"s3cret" not in text
        assert b"hunter2" not in text
    assert len(cloud.nova.servers) == 2


def test_a_kept_plan_is_done_and_nothing_else(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["plan", "--out", "kept.json"]) == 2
    kept = json.loads(Path("kept.json").read_text())
    kept["steps"] = [one for one in kept["steps"] if one["kind"] in {"flavor", "network"}]
    Path("kept.json").write_text(json.dumps(kept))
    assert main.main(["apply", "--plan", "kept.json"]) == 2
    assert len(cloud.nova.flavors) == 1
    assert not cloud.nova.servers
    assert main.main(["apply", "--plan", "instances.yml"]) == 1
    assert "is not a kept plan" in capsys.readouterr().err


def test_errors_are_sentences(cloud: Cloud, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main.main(["plan", "--cloud", "other"]) == 1
    assert "has no cloud other; it has fake" in capsys.readouterr().err
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(clouds.read_text().replace("auth:", "verify: false\n    auth:"))
    assert main.main(["plan"]) == 1
    assert "turns TLS verification off" in capsys.readouterr().err
    clouds.write_text(f"clouds: {{fake: {{auth: {{auth_url: '{cloud.root[:-4]}1', project_name: p}}}}}}")
    assert main.main(["plan"]) == 1
    assert "cannot connect" in capsys.readouterr().err
    assert main.main(["plan", "--max-consequence", "doom"]) == 1
    assert "doom is not a consequence" in capsys.readouterr().err


def test_a_failed_boot_is_told_with_novas_reason(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.nova.fails["web-2"] = "No valid host was found."
    assert main.main(["apply"]) == 1
    told = capsys.readouterr().err
    assert "create server web-2 failed: No valid host was found." in told
    assert "Traceback" not in told
    assert {one["name"] for one in cloud.nova.servers.values() if one["vm_state"] == "active"} == {"web-1"}
    cloud.nova.fails.clear()
    assert main.main(["apply"]) == 0


@pytest.mark.parametrize("after", [1, 4])
def test_killed_with_everything_it_started_it_leaves_no_twin(cloud: Cloud, after: int, tmp_path: Path) -> None:
    """kill -9 of the whole session once some servers were asked for; the next run waits for them and goes on."""
    declared = DECLARED.replace("count: 2", "count: 5").replace("    floating_ip: true\n", "")
    (tmp_path / "instances.yml").write_text(declared)
    program = [sys.executable, "-m", "novaform", "apply"]
    running = subprocess.Popen(program, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(cloud.nova.servers) < after and time.monotonic() < deadline:
        time.sleep(0.01)
    for one in session_of(running.pid):
        os.kill(one, signal.SIGKILL)
    running.wait()
    assert len(cloud.nova.servers) >= after
    assert main.main(["apply"]) == 0
    assert sorted(one["name"] for one in cloud.nova.servers.values()) == [f"web-{number}" for number in range(1, 6)]


def session_of(leader: int) -> list[int]:
    """Return the processes below a process, and itself: ansible-runner gives its children sessions of their own."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = status.read_text()
            parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = [leader]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
