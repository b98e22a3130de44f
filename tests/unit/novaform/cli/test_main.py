"""The one door: exit statuses that scripts rely on, and sentences where others print tracebacks."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import typer
from novaform import core
from novaform.cli import main

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"ansible", "ansible_runner", "jsonschema", "keystoneauth1", "paramiko", "sqlite3", "urllib3", "yaml"}


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """A room named ``story`` whose app the test fills."""
    app = typer.Typer()
    monkeypatch.setitem(main.ROOMS, "story", main.Room("novaform.cli.story", "A story."))
    monkeypatch.setitem(sys.modules, "novaform.cli.story", SimpleNamespace(app=app))  # type: ignore[arg-type]
    return app


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("novaform ")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_room(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(arguments) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in main.ROOMS)


@pytest.mark.parametrize("arguments", [["nothing-like-it"], ["--nonsense"], ["story", "--nonsense"]])
def test_a_wrong_call_is_not_a_difference(
    arguments: list[str], room: typer.Typer, capsys: pytest.CaptureFixture[str]
) -> None:
    room.command()(lambda: None)
    assert main.main(arguments) == 1
    assert "Try: novaform" in capsys.readouterr().err


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_command_chooses_its_status(status: int, room: typer.Typer) -> None:
    @room.command()
    def told() -> int:
        return status

    assert main.main(["story"]) == status


def test_exit_is_a_status_too(room: typer.Typer) -> None:
    @room.command()
    def told() -> None:
        raise typer.Exit(2)

    assert main.main(["story"]) == 2


def test_an_error_is_one_sentence(room: typer.Typer, capsys: pytest.CaptureFixture[str]) -> None:
    @room.command()
    def told(*, json: bool = False) -> None:
        del json
        raise core.errors.ObserveError("control1 did not answer: is it up?", host="control1")

    assert main.main(["story", "--json"]) == 1
    shown = capsys.readouterr()
    assert shown.err == "novaform: control1 did not answer: is it up?\n"
    assert json.loads(shown.out) == {"error": "control1 did not answer: is it up?", "details": {"host": "control1"}}


def test_an_interrupt_is_130(room: typer.Typer) -> None:
    @room.command()
    def told() -> None:
        raise KeyboardInterrupt

    assert main.main(["story"]) == 130


def test_two_commands_are_a_group(room: typer.Typer) -> None:
    said = []
    room.command("begin")(lambda: said.append("begin"))
    room.command("end")(lambda: said.append("end"))
    assert main.main(["story", "end"]) == 0
    assert said == ["end"]


def test_a_missing_room_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(main.ROOMS, "ghost", main.Room("novaform.cli.ghost", "Nobody."))
    assert main.main(["ghost"]) == 1
    assert capsys.readouterr().err == "novaform: novaform ghost is not part of this installation\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("novaform ado", ["adopt"]),
        ("novaform apply --max", ["--max-consequence", "--max-delete"]),
        ("novaform adopt w", ["web-1", "web-2"]),
        ("novaform explain n", ["network/private"]),
        ("novaform explain --file nowhere.yml x", []),
    ],
)
def test_a_shell_is_told_how_a_word_may_go_on(
    line: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    declared = "{image: i, flavor: f, count: 2, networks: [private]}"
    text = f"stack: s\nnetworks: {{private: {{cidr: 10.0.0.0/24}}}}\ninstances: {{web: {declared}}}\n"
    (tmp_path / "instances.yml").write_text(text)
    monkeypatch.setenv(main.COMPLETING, "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    with pytest.raises(SystemExit) as ended:
        main.main([])
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == offered


def imported(*words: str) -> set[str]:
    """Return the modules that a command line imports, in a process of its own."""
    code = "import sys, novaform.cli.main as cli; cli.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True, text=True)
    return set(ended.stderr.split())


def test_start_up_brings_nothing_that_only_a_command_needs() -> None:
    assert not HEAVY & {name.partition(".")[0] for name in imported("--help")}


def test_a_declaration_is_read_without_what_only_a_site_needs(tmp_path: Path) -> None:
    file = tmp_path / "instances.yml"
    file.write_text("stack: s\ninstances: {web: {image: i, flavor: f}}\n")
    parts = {
        name.rpartition(".module_utils.")[2] for name in imported("validate", str(file)) if ".module_utils." in name
    }
    assert "_stack.model" in parts
    assert not [part for part in parts if part.startswith(("_site", "_core.domain", "_stack.drift"))]


def test_options_are_read_without_pydantic() -> None:
    assert not {"pydantic", "importlib.metadata"} & imported("schema", "--help")


@pytest.mark.parametrize("name", sorted(main.ROOMS))
def test_every_room_opens(name: str) -> None:
    assert isinstance(main.load(name), typer.Typer)
