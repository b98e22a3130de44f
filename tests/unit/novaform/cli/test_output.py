"""One way to the terminal: nothing of what others say commands it, and what it cannot take is told in a sentence."""

from __future__ import annotations

import ast
import io
import json
import os
import pty
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from novaform import core, output
from novaform.cli import status
from novaform.cli.progress import ApplyProgress
from novaform.stack import render
from novaform.stack.status import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARED = "stack: shop\ninstances: {web: {image: debian, flavor: small, count: 2}}\n"
NOVAFORM = [sys.executable, "-m", "novaform"]
CONTROLS = {chr(one) for one in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F))}
CONTROLS = (CONTROLS | {chr(one) for one in range(0x2066, 0x206A)}) - {"\n", "\t"}
HOSTILE = st.text(st.sampled_from([*sorted(CONTROLS), "\n", "\ud800", "a", "[", "→", "é"]), max_size=12)


def forbidden(path: Path) -> Iterator[str]:
    """Yield where a module prints by a way of its own."""
    for node in ast.walk(ast.parse(path.read_text())):
        line = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{line} print"
        if isinstance(node, ast.Attribute):
            words = ast.unparse(node)
            if words in {"typer.echo", "typer.secho", "sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"}:
                yield f"{line} {words}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            if any(name.partition(".")[0] in {"rich", "click", "curses"} for name in names):
                yield f"{line} rich"


def test_nobody_prints_by_another_way(root: Path) -> None:
    files = sorted((root / "controller").rglob("*.py"))
    assert len(files) > 100
    found = [one for file in files if file.name != "output.py" for one in forbidden(file)]
    assert not found, "\n".join(found)
    assert list(forbidden(root / "controller" / "novaform" / "output.py"))


def test_what_is_cleaned_is_what_commands_a_terminal() -> None:
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        assert (core.text.clean(letter) != letter) == (letter in CONTROLS)
        assert (core.text.clean_line(letter) != letter) == (letter in CONTROLS | {"\n", "\t"})
        if unicodedata.category(letter) == "Cc":
            assert core.text.clean_line(letter) == core.text.STAND_IN


@given(HOSTILE)
def test_nothing_that_is_printed_commands_the_terminal(text: str) -> None:
    shown, told = io.StringIO(), io.StringIO()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = shown, told
    try:
        output.prepare()
        output.say(text, "red")
        output.complain(text)
        output.answer({text: [text, "\x7f"]})
        output.table(text, ["name", "state"], [[output.Cell(text, "red"), output.Cell(text)]])
        output.lines([render.Line(text, "green")])
        one = Instance(text, "active", text, text, "id", text, (text,), (text,), text, text, (text,))
        status.table(text, [one])
        outcome = {"action": text, "kind": text, "name": text, "outcome": "failed", "why": text}
        for line in ({"text": text}, {"asked": outcome}, {"outcome": outcome}):
            ApplyProgress(1).hear(line)
    finally:
        sys.stdout, sys.stderr = before
    assert not CONTROLS & set(shown.getvalue() + told.getvalue())
    assert "\ud800" not in shown.getvalue() + told.getvalue()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOVAFORM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "instances.yml").write_text(DECLARED)
    return tmp_path


def shell(line: str, **more: str) -> subprocess.CompletedProcess[str]:
    program = " ".join(NOVAFORM)
    return subprocess.run(
        ["sh", "-c", line.replace("novaform", program)],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["validate", "simulate", "schema", "validate --json", "--help", "--version"])
def test_a_closed_or_full_output_is_a_sentence(command: str) -> None:
    closed = shell(f"novaform {command} >&-")
    assert (closed.returncode, closed.stderr) == (
        1,
        "novaform: the answer cannot be written: standard output is closed\n",
    )
    full = shell(f"novaform {command} >/dev/full")
    assert (full.returncode, full.stderr) == (
        1,
        "novaform: the answer cannot be written: No space left on device\n",
    )


@pytest.mark.usefixtures("here")
def test_errors_need_no_standard_error() -> None:
    for line in ("novaform validate nowhere.yml 2>&-", "novaform validate nowhere.yml 2>/dev/full"):
        assert (shell(line).returncode, shell(line).stderr) == (1, "")
    assert shell("novaform validate <&- 2>&-").returncode == 0


@pytest.mark.usefixtures("here")
def test_a_pipe_whose_reader_has_gone_is_silent() -> None:
    ended = shell("{ novaform schema; echo $? >status; } | true; cat status")
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def test_a_directory_that_is_gone_is_named(here: Path) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone && "
    ended = shell(f"{gone}novaform validate {here}/instances.yml", PYTHONPATH=os.pathsep.join(sys.path))
    told = "novaform: the current directory is not there any more: change to one that is\n"
    assert (ended.returncode, ended.stderr) in {(0, ""), (1, told)}
    ended = shell(f"{gone}novaform validate", PYTHONPATH=os.pathsep.join(sys.path))
    assert ended.returncode == 1
    assert "the answer cannot be written" not in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONIOENCODING": "iso-8859-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_what_an_encoding_lacks_has_a_likeness(settings: dict[str, str]) -> None:
    Path("instances.yml").write_text("stack: shop\ninstances: {wéb: {image: debian, flavor: small}}\n")
    ended = shell("novaform simulate --fault boot-fails", **settings)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in {0, 1, 2}
    code = (
        "import sys; from novaform import output; output.prepare(); output.say(" + ascii("a → b ± c … ✓ \ud800") + ")"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, check=True
    )
    assert shown.stdout in {b"a -> b +/- c ... ok ?\n", "a -> b \xb1 c ... ok ?\n".encode("latin-1")}


def on_a_terminal(*words: str, **more: str) -> str:
    """Return what a command prints on a terminal."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **more}
    running = subprocess.Popen([*NOVAFORM, *words], stdin=follower, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    shown = b""
    try:
        while piece := os.read(leader, 65536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    os.close(leader)
    running.wait()
    return shown.decode()


@pytest.mark.usefixtures("here")
def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    code = (
        "from novaform import output; from novaform.cli import progress; output.prepare(); output.say('x', 'red');"
        "output.table('t', ['a'], [[output.Cell('b', 'red')]]); progress.ApplyProgress(1).say('y')"
    )
    monkeypatch.setattr(f"{__name__}.NOVAFORM", [sys.executable, "-c", code])
    assert "\x1b[31mx" in on_a_terminal()
    assert on_a_terminal().count("\x1b[") > 3
    plain = on_a_terminal(NO_COLOR="1")
    assert "\x1b[31m" not in plain
    assert "\x1b[K" in plain  # the bar is no colour
    assert "\x1b" not in on_a_terminal(TERM="dumb")


def test_json_stays_json() -> None:
    shown = io.StringIO()
    before, sys.stdout = sys.stdout, shown
    try:
        output.answer({"a": "\x7f\x1b→"})
    finally:
        sys.stdout = before
    assert json.loads(shown.getvalue()) == {"a": "\x7f\x1b→"}
    assert shown.getvalue().isascii()
