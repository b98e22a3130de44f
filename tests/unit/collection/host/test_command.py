"""What a program of the host says is read in one language, whatever the operator's SSH or the host's profile sets."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command
from novaform.guest import tool
from novaform.lab import command as lab

GERMAN = {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "LC_MESSAGES": "de_DE.UTF-8", "LANGUAGE": "de:en"}
TRANSLATED = """
case "${LC_ALL:-${LC_MESSAGES:-$LANG}}" in
    C | POSIX) LANGUAGE= ;;
    C.UTF-8) ;;
    *) : "${LANGUAGE:=de}" ;;
esac
case "$LANGUAGE" in de*) echo "nicht installiert" ;; *) echo "not installed" ;; esac
"""
"""Goes by the variables as gettext(3) does: LANGUAGE goes over all others, but for the locale C itself."""


@pytest.mark.parametrize("names", [["LANG"], ["LC_MESSAGES"], ["LC_ALL"], ["LANG", "LANGUAGE"], list(GERMAN)])
def test_programs_speak_the_language_that_is_read(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GERMAN:
        monkeypatch.delenv(name, raising=False)
    for name in names:
        monkeypatch.setenv(name, GERMAN[name])
    assert command.ask(["sh", "-c", TRANSLATED]).out == "not installed\n"
    assert lab.run("sh", "-c", TRANSLATED) == "not installed\n"
    assert tool.run(["sh", "-c", TRANSLATED]) == "not installed\n"


@pytest.mark.parametrize("name", ["PERL5LIB", "LD_PRELOAD", "SECRET"])
def test_programs_of_a_host_get_nothing_else_of_its_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert name not in command.ask(["env"]).out
