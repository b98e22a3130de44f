"""The journal of the product, in memory if need be, each of its writes a numbered effect that may go wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.cloud import journal

from .fault import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .cloud.cloud import Cloud


class Kept(journal.Journal):
    """A journal that outlives the process that is killed."""

    def __init__(self, folder: Path, cloud: Cloud, base: journal.Base | None) -> None:
        self.cloud = cloud
        self.kept = base
        super().__init__(folder)

    def connect(self) -> journal.Base:
        """Return what is kept in memory; without it open the file."""
        return super().connect() if self.kept is None else self.kept

    def close(self) -> None:
        """Close the file, if it is one."""
        if self.kept is None:
            super().close()

    def write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write, unless something happens to this effect."""
        words = re.findall(r"\w+", sql)
        table = next(word for word in words if word in {"thing", "event", "declaration"})
        accident = self.cloud.begin(JOURNAL, f"{words[0].lower()} {table}")
        if accident is None or accident.done:
            super().write(sql, rows)
        self.cloud.survive(accident)
        if accident is not None and not accident.done:
            raise core.errors.ApplyError("the journal cannot be written (database or disk is full)")
