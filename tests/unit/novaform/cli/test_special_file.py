"""Pipes, devices and folders where a file is wanted end a command with a sentence; nothing that is there is lost."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from novaform.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from novaform.simulate.cloud.cloud import Cloud

DECLARED = "stack: shop\nimages: {debian: {file: disk.img}}\ninstances: {}\n"
KINDS: dict[str, Callable[[Path], None]] = {
    "an endless file": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "a folder": os.mkdir,
}
READ = {
    "instances.yml": "plan",
    "disk.img": "plan",
    "kept.plan": "apply --plan kept.plan",
    "scenario/world.yml": "simulate --scenario scenario",
    "scenario/commands": "simulate --scenario scenario",
}
SECONDS = 5.0


@pytest.fixture(autouse=True)
def here(cloud: Cloud) -> None:
    """A declaration of one image, and a scenario."""
    del cloud
    Path("disk.img").write_bytes(b"x" * 512)
    Path("scenario").mkdir()
    given = {"instances.yml": "stack: a\n", "commands": "plan\n", "world.yml": "{}\n"}
    for name, text in given.items():
        Path("scenario", name).write_text(text)
    Path("instances.yml").write_text(DECLARED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", READ)
def test_it_is_not_read(name: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).unlink(missing_ok=True)
    KINDS[kind](Path(name))
    began = time.monotonic()
    assert main.main(READ[name].split()) == 1
    assert time.monotonic() - began < SECONDS
    told = capsys.readouterr().err
    assert f"{name}" in told
    assert "is not a regular file" in told


@pytest.mark.parametrize("kind", KINDS)
def test_no_plan_is_kept_there(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    KINDS[kind](Path("out"))
    assert main.main(["plan", "--out", "out"]) == 1
    assert "out: is not a regular file" in capsys.readouterr().err


@pytest.mark.parametrize("text", [DECLARED, "", '{"version": 2}\n', "#!/bin/sh\n"])
def test_only_a_kept_plan_is_written_over(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").write_text(text)
    assert main.main(["plan", "--out", "mine"]) == 1
    assert "mine: is there already and is not a kept plan" in capsys.readouterr().err
    assert Path("mine").read_text() == text
    for _ in range(2):
        assert main.main(["plan", "--out", "kept"]) == 2
        assert stat.S_IMODE(Path("kept").stat().st_mode) == 0o600
        Path("kept").chmod(0o644)
    assert main.main(["apply", "--plan", "kept"]) == 0
    assert main.main(["plan", "--out", "nowhere/kept"]) == 1
    assert not Path("nowhere").exists()
