"""Where in which file a value was written, so that every step of a plan can name the line that asked for it."""

from __future__ import annotations

from typing import NamedTuple, Optional

COLUMN_BITS = 12
"""A position is one integer, ``line << 12 | column``: 60,000 of them must be cheap to keep."""
COLUMN_MASK = (1 << COLUMN_BITS) - 1


class Origin(NamedTuple):
    """A place in a file; line and column count from 1. ``str()`` gives ``file:line:column``."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Origins(NamedTuple):
    """The places of one declared thing and of each of its declared fields.

    ``fields`` and ``marks`` run in parallel. ``under`` holds the fields that come from ``defaults:``. ``of("")`` is the
    place of the thing itself (its key).
    """

    file: str
    mark: int
    fields: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()
    under: Optional[Origins] = None

    def of(self, field: str = "") -> Origin:
        """Return where ``field`` was written; for a field nobody wrote, where the thing itself stands."""
        if field in self.fields:
            return place(self.file, self.marks[self.fields.index(field)])
        if self.under is not None and field in self.under.fields:
            return self.under.of(field)
        return place(self.file, self.mark)

    def has(self, field: str) -> bool:
        """Tell whether somebody wrote ``field``: what was never declared is never compared."""
        return field in self.fields or (self.under is not None and self.under.has(field))

    def declared_fields(self) -> tuple[str, ...]:
        """Return the names of all fields that somebody wrote, sorted."""
        return tuple(sorted({*self.fields, *(self.under.declared_fields() if self.under else ())}))


NOWHERE = Origins("", 0)
"""For values made by a program (tests, ``simulate``) rather than read from a file."""


def place(file: str, mark: int) -> Origin:
    """Unpack ``line << 12 | column``."""
    return Origin(file, mark >> COLUMN_BITS, mark & COLUMN_MASK)


def mark(line: int, column: int) -> int:
    """Pack a position that counts from 1; a column beyond 4095 is given as 4095."""
    return line << COLUMN_BITS | min(column, COLUMN_MASK)
