"""Which of two runs of a site may go on: the newer one, and only when nothing of the older one is still at work.

Runs are numbered by the site's lease (``decide/lease.py``): a later run has a greater number. Each host remembers the
newest that it has met, and the one whose programs may hold its lock.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 80  # characters of a text from elsewhere in a sentence


@dataclass(frozen=True)
class SiteRun:
    """A run of the site. ``epoch`` is its number, ``holder`` who began it, for people."""

    epoch: int
    holder: str = ""


@dataclass(frozen=True)
class RunRecord:
    """What a host remembers: ``newest`` is the newest run that came here, ``at_work`` the epoch of the last that wrote.

    ``doing`` is the component that it wrote, ``pid`` the module's process, ``since`` when that began, since 1970.
    """

    newest: SiteRun = SiteRun(0)
    at_work: int = 0
    doing: str = ""
    pid: int = 0
    since: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def to_run(value: Optional[Mapping[str, Any]]) -> Optional[SiteRun]:
    """Return the run that a module was told, or None when it runs by itself."""
    if not value or value.get("epoch") is None:
        return None
    return SiteRun(int(value["epoch"]), plain(str(value.get("holder") or "")))


def from_json(value: Any) -> RunRecord:
    """Return a record; anything that is none, as one cut short by a full disk, is an empty one."""
    try:
        newest = value["newest"]
        return RunRecord(
            SiteRun(int(newest["epoch"]), str(newest["holder"])),
            int(value["at_work"]),
            str(value["doing"]),
            int(value["pid"]),
            float(value["since"]),
        )
    except (TypeError, ValueError, KeyError):
        return RunRecord()


def refusal(known: RunRecord, run: Optional[SiteRun]) -> Optional[str]:
    """Return why a run must not write here any more, or None."""
    if run is None or run.epoch >= known.newest.epoch:
        return None
    return f"a newer run ({known.newest.holder or f'number {known.newest.epoch}'}) has begun: this one ends"


def is_shared(known: RunRecord, run: Optional[SiteRun]) -> bool:
    """Return whether what may be at work here is of the same run, as a migration in the background is."""
    return run is not None and known.at_work == run.epoch


def plain(text: str) -> str:
    """Return the beginning of a text in one line, without anything that a terminal would obey."""
    line = "".join(one if one.isprintable() else " " for one in text)
    line = " ".join(line.split())
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"
