#!/usr/bin/env python3
"""The README's picture: commands really run in a terminal of a fixed width, and what they wrote drawn as SVG.

    docs/picture/render.py capture terminal.ansi 'novaform plan' 'novaform status'    # runs them here, with a prompt
    docs/picture/render.py draw terminal.ansi terminal.svg

``capture`` keeps the terminal's own bytes, whatever the commands' exit status: what is shown is what was said.
``draw`` needs no cloud and changes no word.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich import console, terminal_theme, text

COLUMNS, ROWS = 82, 60
PROMPT = "\x1b[1;32m$\x1b[0m \x1b[1m{}\x1b[0m\r\n"
# Rich's own frame without the fonts that it would load from elsewhere.
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def capture(commands: list[str]) -> str:
    """Run each command in a terminal and return a prompt with it, and all that it wrote."""
    return "".join(PROMPT.format(command) + run(shlex.split(command)) for command in commands)


def run(words: list[str]) -> str:
    """Run one command in a terminal of our size and return what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    settings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=settings):
        os.close(theirs)
        return b"".join(iter(lambda: chunk(ours), b"")).decode()


def chunk(terminal: int) -> bytes:
    """Return the next bytes from a terminal; none when its last program has gone, which Linux tells as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def draw(written: str) -> str:
    """Return the SVG of what a terminal showed."""
    screen = console.Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    screen.print(text.Text.from_ansi(written.replace("\r\n", "\n").rstrip()))
    return screen.export_svg(title="novaform", theme=terminal_theme.MONOKAI, code_format=FRAME, unique_id="novaform")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    capturing = verbs.add_parser("capture", help="run commands and keep what they write")
    capturing.add_argument("out", type=Path)
    capturing.add_argument("commands", nargs="+")
    drawing = verbs.add_parser("draw", help="draw what was kept")
    drawing.add_argument("kept", type=Path)
    drawing.add_argument("out", type=Path)
    given = parser.parse_args()
    made = capture(given.commands) if given.verb == "capture" else draw(given.kept.read_text())
    given.out.write_text(made)
    sys.stdout.write(f"wrote {given.out}\n")


if __name__ == "__main__":
    main()
