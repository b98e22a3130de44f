"""Programs of the machine end, or are ended with a sentence."""

from __future__ import annotations

import pytest
from novaform.lab import command, errors


def test_a_program_that_does_not_end_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PATIENCE", 0.2)
    with pytest.raises(errors.LabError, match=r"^`sleep 30` did not end within 0 s$"):
        command.run("sleep", "30")


def test_a_failure_is_quoted() -> None:
    with pytest.raises(errors.LabError, match=r"failed \(3\): no$"):
        command.run("sh", "-c", "echo no >&2; exit 3")
    assert command.attempt("sh", "-c", "exit 3").returncode == 3
