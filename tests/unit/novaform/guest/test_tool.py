"""A machine without the programs is told, in one sentence, which command brings them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.guest import tool

if TYPE_CHECKING:
    from pathlib import Path


def test_missing_programs_are_named_as_packages(tmp_path: Path) -> None:
    assert {"apt", "dpkg", "mtools", "qemu-utils", "syslinux"} <= set(tool.missing_packages(str(tmp_path)))


def test_the_sentence_holds_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(core.errors.ApplyError, match=r"^This machine lacks .*apt-get install .*mtools.*syslinux"):
        tool.require()


def test_a_failing_program_is_quoted() -> None:
    with pytest.raises(core.errors.ApplyError, match=r"status 3: no space left$"):
        tool.run([sys.executable, "-c", "import sys; print('no space left', file=sys.stderr); sys.exit(3)"])


def test_a_program_that_does_not_end_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "PATIENCE", 0.2)
    with pytest.raises(core.errors.ApplyError, match=r"^sleep did not end within 0 s: try again$"):
        tool.run(["sleep", "30"])


def test_output_is_returned() -> None:
    assert tool.run([sys.executable, "-c", "print('yes')"]) == "yes\n"
