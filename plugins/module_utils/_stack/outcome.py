"""What became of a step."""

from __future__ import annotations

from typing import NamedTuple

DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
UNKNOWN = "unknown"


class Outcome(NamedTuple):
    """One step's end. ``unknown``: the request was sent and nobody knows whether it was carried out."""

    action: str
    kind: str
    name: str
    outcome: str
    why: str = ""
    id: str = ""
