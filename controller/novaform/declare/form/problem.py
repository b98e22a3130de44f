"""Everything that is wrong with a declaration, said at once, each with its line and what to do.

Nobody should have to mend, run and read twenty times. No sentence repeats a value that came from a secret's place.
"""

from __future__ import annotations

import difflib
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

MOST = 200
"""So many problems are told; a file with more has one cause, and it is among these."""
SHOWN = 40
CLOSE = 0.6
CANDIDATES = 2000
EFFORT = 500_000
"""So many candidates are looked at for hints in all, so that reading stays linear however many names are wrong."""
COMPARED = 50
"""What comparing a candidate letter by letter costs, in looks at its length and first letter."""


class Problem(NamedTuple):
    """One thing that is wrong; line and column count from 1. Sorts by position."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class Problems:
    """Collects problems; ``raise_any`` makes one error of them."""

    def __init__(self) -> None:
        self.found: dict[Problem, None] = {}
        self.left_out = 0
        self.effort = EFFORT
        self.nodes = 0
        """Values that were read, right or wrong, of all files."""

    @property
    def full(self) -> bool:
        """Tell whether more would only be counted, so that hints for them are wasted time."""
        return len(self.found) >= MOST

    def closest(self, word: str, candidates: Iterable[str]) -> str | None:
        """Return the candidate that was probably meant; None where no hint is worth the effort any more."""
        if self.full or self.effort <= 0:
            return None
        among = list(islice(candidates, min(CANDIDATES, self.effort)))
        near = [other for other in among if _alike(word, other)][: self.effort // COMPARED]
        self.effort -= len(among) + COMPARED * len(near)
        return _closest(word, near)

    def did_you_mean(self, word: str, candidates: Iterable[str]) -> str:
        """Return ``; did you mean 'x'?`` or nothing."""
        near = self.closest(word, candidates)
        return f"; did you mean {quote(near)}?" if near else ""

    def add(self, node: yaml.Node, message: str) -> None:
        """Note what is wrong at a node of the document."""
        at = node.start_mark
        self.add_at(core.model.Origin(at.name, at.line + 1, at.column + 1), message)

    def add_at(self, origin: core.model.Origin, message: str) -> None:
        """Note what is wrong at a place."""
        if not self.full:
            self.found.setdefault(Problem(*origin, message))
        else:
            self.left_out += 1

    def raise_any(self) -> None:
        """Raise ``DeclareError`` with all problems, one per line in order of position, if there are any."""
        if not self.found:
            return
        ordered = sorted(self.found)
        lines = [str(problem) for problem in ordered]
        if self.left_out:
            lines.append(f"and {self.left_out} more")
        raise core.errors.DeclareError("\n".join(lines), errors=[problem._asdict() for problem in ordered])


def quote(text: str) -> str:
    """Return a short, printable form of what somebody wrote."""
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "'" + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in shown) + "'"


def _alike(word: str, other: str) -> bool:
    """Tell whether two words begin alike and are long enough to have ``CLOSE`` of their letters in common."""
    shorter, longer = sorted((len(word), len(other)))
    return word[:1].lower() == other[:1].lower() and 2 * shorter >= CLOSE * (shorter + longer)


def _closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that somebody probably meant, or None."""
    if len(word) > 4 * SHOWN:
        return None
    near = difflib.get_close_matches(word.lower(), list(candidates)[:CANDIDATES], n=1, cutoff=CLOSE)
    return near[0] if near else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` or nothing."""
    near = _closest(word, candidates)
    return f"; did you mean {quote(near)}?" if near else ""
