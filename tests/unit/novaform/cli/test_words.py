"""Calls that are wrong in a word, places that cannot be read or written: one clear sentence, and nothing is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from novaform.cli import main, status
from novaform.cli.progress import ApplyProgress
from novaform.stack.status import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARED = "stack: shop\ninstances: {web: {image: debian, flavor: small}}\n"
CLOUDS = "clouds: {fake: {auth: {auth_url: 'http://127.0.0.1:1', project_name: p}}, other: {}}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.setenv("OS_CLOUD", "fake")
    (tmp_path / "instances.yml").write_text(DECLARED)
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    (tmp_path / "hosts.yml").write_text("all: {hosts: {control1: {}}}\n")
    yield tmp_path
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("plan --on-error shrug", "shrug is nothing to do on an error; known are: hold, reboot"),
        ("plan --heal twin", "twin is not a drift that can be healed; known are: power, missing-domain, none"),
        ("plan --max-delete -1", "Invalid value for '--max-delete'"),
        ("apply --timeout 0", "Invalid value for '--timeout'"),
        ("undo --to 0", "Invalid value for '--to'"),
        ("apply --plan nowhere.json", "nowhere.json: No such file or directory"),
        ("plan --var web_count", "--var web_count: write NAME=VALUE"),
        ("plan -e prod", "environment 'prod' is not declared"),
        ("explain", "Missing argument 'NAME'"),
    ],
)
def test_a_wrong_word_is_one_sentence(words: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(words.split()) == 1
    err = capsys.readouterr().err
    assert told in err
    assert len(err.splitlines()) == 1


def test_an_inventory_that_is_not_there_or_has_no_such_host_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["status", "-i", "nowhere.yml"]) == 1
    assert capsys.readouterr().err == "novaform: nowhere.yml: there is no such inventory\n"
    assert main.main(["drift", "-i", "hosts.yml"]) == 1
    assert capsys.readouterr().err.endswith("hosts.yml: no host is in the group compute\n")


@pytest.mark.parametrize("command", ["schema", "validate", "simulate"])
def test_an_answer_that_cannot_be_printed_is_an_error_and_no_traceback(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "novaform", command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.stderr == "novaform: the answer cannot be written: No space left on device\n"
    assert ended.returncode == 1


def test_a_reader_who_has_seen_enough_is_no_error_worth_words() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "novaform", "schema"]
    ended = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("command", "defaults"),
    [
        ("plan", ("OS_CLOUD, or the only one", "a tenth, at least one", "power", "hold")),
        ("adopt", ("all that say adopt",)),
        ("export", ("all", "the project's")),
    ],
)
def test_help_tells_defaults_and_exit_statuses(
    command: str, defaults: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"[default: ({default})]" in shown for default in defaults)
    assert ("Exit status: 0" in shown) == (command != "export")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("novaform plan --max-consequence changes", ["changes-ip", "changes-uuid"]),
        ("novaform plan --heal m", ["missing-domain"]),
        ("novaform plan --on-error h", ["hold"]),
        ("novaform plan --cloud f", ["fake"]),
        ("novaform simulate --fault lost", ["lost-request", "lost-answer"]),
    ],
)
def test_a_shell_is_told_what_an_option_takes(
    line: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(main.COMPLETING, "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    with pytest.raises(SystemExit):
        main.main([])
    assert capsys.readouterr().out.split() == offered


def test_a_table_leaves_out_what_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    one = Instance("web", "active", "active", "", "id", "compute1", ("192.0.2.1",), (), "", "not asked", ())
    status.table("shop", [one])
    words = [word for word in capsys.readouterr().out.split() if "─" not in word]
    assert words == ["stack", "shop", "name", "state", "host", "address", "web", "active", "compute1", "192.0.2.1"]
    status.table("shop", [one._replace(libvirt="running", console="http://c")])
    assert "libvirt   console" in capsys.readouterr().out


def test_progress_calls_things_as_plans_do(capsys: pytest.CaptureFixture[str]) -> None:
    step = {"action": "create", "kind": "floating_ip", "name": "web-1:private", "outcome": "done", "why": ""}
    ApplyProgress(1).hear(json.loads(json.dumps({"outcome": step})))
    assert "✓ create address web-1:private" in capsys.readouterr().err
