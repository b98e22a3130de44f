from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from novaform.lab import LabError, lock, process

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_is_recognised_by_its_start() -> None:
    me = process.observe(os.getpid())
    assert me is not None
    assert me.is_alive()
    assert process.from_text(me.to_text()) == me
    assert not dataclasses.replace(me, start=me.start + 1).is_alive()
    assert not dataclasses.replace(me, boot="another").is_alive()


def test_an_id_that_was_given_away_is_never_signalled() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        known = process.observe(child.pid)
        assert known is not None
        dataclasses.replace(known, start=known.start - 1).send(signal.SIGKILL)
        assert known.is_alive()
        known.send(signal.SIGKILL)
        assert known.ends_within(5)


def test_nothing_is_known_of_what_was_not_written_whole(tmp_path: Path) -> None:
    assert process.load(tmp_path / "process") is None
    (tmp_path / "process").write_text("12 ")
    assert process.load(tmp_path / "process") is None
    assert process.observe(2**22 + 1) is None


def test_a_lock_excludes_and_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "labs" / ".shop.lock"
    with (
        lock.hold(path, "lab shop"),
        pytest.raises(LabError, match="working on lab shop"),
        lock.hold(path, "lab shop", 0.1),
    ):
        pass
    with lock.hold(path, "lab shop", 0.1):
        path.unlink()
    with lock.hold(path, "lab shop", 0.1):
        assert path.exists()
