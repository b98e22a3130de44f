"""Lines to a terminal: in colour where there is one, whole and plain where there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from novaform.plan.render import Line

CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "magenta": "35", "dim": "2", "bold": "1"}


def show(lines: Iterable[Line]) -> None:
    """Print lines. Text from the cloud is printed as it is, without anything that could command a terminal."""
    coloured = sys.stdout.isatty()
    for line in lines:
        text = "".join(letter if letter.isprintable() else "�" for letter in line.text)
        code = CODES.get(line.style, "") if coloured else ""
        sys.stdout.write(f"\x1b[{code}m{text}\x1b[0m\n" if code else f"{text}\n")
