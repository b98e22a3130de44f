"""Programs of the machine end, or are ended with a sentence."""

from __future__ import annotations

import pytest
from novaform.lab import LabError, command


def test_a_program_that_does_not_end_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PATIENCE", 0.2)
    with pytest.raises(LabError, match=r"^`sleep 30` did not end within 0 s$"):
        command.run("sleep", "30")


def test_a_failure_is_quoted() -> None:
    with pytest.raises(LabError, match=r"failed \(3\): no$"):
        command.run("sh", "-c", "echo no >&2; exit 3")
    assert command.attempt("sh", "-c", "exit 3").returncode == 3


def test_a_program_that_is_not_installed_is_a_sentence() -> None:
    with pytest.raises(LabError, match=r"^no-such-program is not installed on this machine$"):
        command.attempt("no-such-program")


def test_programs_of_the_administrator_are_found_and_speak_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("LANGUAGE", "de")
    path, language, text = command.run("sh", "-c", 'echo "$PATH"; echo "$LANGUAGE"; cat', stdin="a text").split("\n")
    assert {"/usr/sbin", "/sbin"} <= set(path.split(":"))
    assert (language, text) == ("", "a text")
