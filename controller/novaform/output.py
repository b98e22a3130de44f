"""The one way to the terminal: whatever is printed goes through here, so that no text of others can command it.

Control characters of any text become ``�``; colours and the bar of progress are added here and nowhere else, and only
where a terminal that can show them is at the other end. A character that the encoding lacks is shown by a likeness.
What cannot be written on standard output is ``Unwritten``; on standard error it is passed over, for nobody could be
told.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "magenta": "35", "dim": "2", "bold": "1"}
LIKENESS = {
    "→": "->",
    "±": "+/-",
    "…": "...",
    "↻": "@",
    "·": "-",
    "✓": "ok",
    "✗": "x",
    "─": "-",
    "━": "=",
    "╌": "-",
    "�": "?",
}
UNBOUNDED = 1000
"""Columns of what is not a terminal: a program or a file has no edge at which an address must break."""


class Unwritten(core.errors.Error):
    """The answer could not be written. ``details["unread"]``: whoever was to read it had seen enough."""


class Cell(NamedTuple):
    """A cell of a table."""

    text: str
    style: str = ""


class Closed(io.TextIOBase):
    """Stands for a standard stream that the caller has closed."""

    def write(self, _: str) -> int:
        """Refuse."""
        raise OSError(None, "standard output is closed")


def prepare() -> None:
    """Make the standard streams safe to use, also those with which nobody has started us.

    Else the next file that is opened, a journal perhaps, would get their numbers and be written into.
    """
    codecs.register_error("likeness", _likeness)
    opened = os.open(os.devnull, os.O_RDWR)
    while opened < 3:
        opened = os.open(os.devnull, os.O_RDWR)
    os.close(opened)
    if sys.stdout is None:
        sys.stdout = Closed()
    if sys.stderr is None:
        sys.stderr = io.StringIO()


def _likeness(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(LIKENESS.get(letter, "?") for letter in error.object[error.start : error.end]), error.end


def say(text: object = "", style: str = "") -> None:
    """Print one or more lines."""
    _write(sys.stdout, _style(core.text.clean(text), style, sys.stdout) + "\n")
    flush()


def line(text: object, style: str = "") -> None:
    """Print one line, which stays one whatever is in it."""
    _write(sys.stdout, _style(core.text.clean_line(text), style, sys.stdout) + "\n")


def lines(many: Iterable[tuple[str, str]]) -> None:
    """Print lines, each a text and its style."""
    for text, style in many:
        line(text, style)


def answer(value: Any, indent: int | None = None) -> None:
    """Print JSON, in which nothing but ASCII is left."""
    _write(sys.stdout, json.dumps(value, default=str, indent=indent).replace("\x7f", "\\u007f") + "\n")


def complain(text: object) -> None:
    """Print one or more lines on standard error."""
    _write(sys.stderr, core.text.clean(text) + "\n")


def draw(above: str | None, below: str) -> None:
    """Draw on standard error: a line that stays, or none, and below it one that the next call draws over."""
    width = shutil.get_terminal_size().columns - 1
    kept = "" if above is None else core.text.clean_line(above) + "\n"
    _write(sys.stderr, f"\r\x1b[K{kept}{core.text.clean_line(below)[:width]}")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table. A cell may have several lines."""
    from rich import box, console, text
    from rich.table import Table

    made = Table(title=text.Text(core.text.clean_line(title)) if title else None, box=box.SIMPLE, title_justify="left")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(text.Text(core.text.clean(cell.text), style=cell.style) for cell in row))
    drawn = io.StringIO()
    coloured = _has_colour(sys.stdout)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else UNBOUNDED
    screen = console.Console(file=drawn, width=width, force_terminal=coloured, no_color=not coloured)
    screen.print(made)
    _write(sys.stdout, drawn.getvalue())


def flush() -> None:
    """Write what is not yet written. Raises ``Unwritten``."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        raise unwritten(error) from error


def give_up() -> None:
    """Let what could not be written go, so that Python does not try once more when it ends."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(nowhere.fileno(), 1)


def is_live() -> bool:
    """Tell whether a line on standard error can be drawn over."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in {None, "", "dumb", "unknown"}


def _has_colour(stream: TextIO) -> bool:
    """Tell whether a stream shows colours, and nobody said that it should not."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {None, "", "dumb", "unknown"}
    return wanted and stream.isatty()


def _style(text: str, style: str, stream: TextIO) -> str:
    """Return a clean text in colour."""
    code = CODES.get(style, "")
    return f"\x1b[{code}m{text}\x1b[0m" if code and _has_colour(stream) else text


def _write(stream: TextIO, text: str) -> None:
    """Write a text that is clean. Raises ``Unwritten`` where standard output does not take it."""
    if not text.isascii():
        encoding = getattr(stream, "encoding", None) or "utf-8"
        text = text.encode(encoding, "likeness").decode(encoding)
    try:
        stream.write(text)
        if stream is sys.stderr:
            stream.flush()
    except (OSError, ValueError) as error:
        if stream is not sys.stderr:
            raise unwritten(error) from error


def unwritten(error: Exception) -> Unwritten:
    """Return what is said of an answer that cannot be written."""
    why = getattr(error, "strerror", None) or str(error)
    return Unwritten(f"the answer cannot be written: {why}", unread=isinstance(error, BrokenPipeError))
