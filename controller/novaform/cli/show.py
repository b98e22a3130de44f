"""Lines to a terminal: in colour where there is one, whole and plain where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform import output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from novaform.stack.render import Line


def show(lines: Iterable[Line]) -> None:
    """Print lines."""
    for one in lines:
        output.line(one.text, one.style)
