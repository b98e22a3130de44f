"""Which failures pass by themselves, and which will hit everybody who asks for the same.

Twenty servers that fail by one broken image are one failure: after a few of them the rest is not tried.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from ..desired import Wanted

ENOUGH = 3
"""So many failures alike, one after the other, are a cause."""
TRIES = 5
CAUSES = ("image", "flavor", "zone")
ONES_OWN = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+")
Causes = frozenset[tuple[str, str]]


def passes(status: Optional[int], text: str) -> bool:
    """Tell whether a refusal is about a moment: the service stumbled, or Nova is at work on the server just now."""
    if status is None:
        return False
    return status in {408, 429} or status >= 500 or (status == 409 and "task_state" in text)


def backoff(tries: int, uid: str) -> float:
    """Return how many seconds to wait before the next try: longer each time, and other for each thing."""
    share = int(uid.replace("-", "")[-6:] or "0", 16) / 0xFFFFFF
    return float(min(30, 2**tries)) * (0.5 + share / 2)


def causes_of(wanted: Wanted) -> Causes:
    """Return what a server shares with others that may be to blame."""
    return frozenset((field, str(wanted.fields[field])) for field in CAUSES if wanted.fields.get(field))


class Fault(NamedTuple):
    """Failures that say the same, what all of them have in common, and how many there were since one went well."""

    text: str
    common: Causes
    times: int = 1


class Circuits:
    """What failed in a run, so that the same is not tried for ever."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def note_failure(self, causes: Causes, text: str) -> None:
        """Remember that one failed."""
        alike = ONES_OWN.sub("#", text)
        known = self.faults.get(alike, Fault(text, causes, 0))
        self.faults[alike] = Fault(text, known.common & causes, known.times + 1)

    def went_well(self, causes: Causes) -> None:
        """Remember that one went well: what it has in common with failures is not to blame."""
        self.faults = {alike: fault for alike, fault in self.faults.items() if not fault.common <= causes}

    def against(self, causes: Causes) -> str:
        """Say why another one with these causes should not be tried; empty where it should."""
        for fault in self.faults.values():
            if fault.times >= ENOUGH and fault.common <= causes:
                shared = " and ".join(f"{field} {name}" for field, name in sorted(fault.common))
                of_them = f" with {shared}" if shared else ""
                return f"{fault.times} servers{of_them} failed alike, so it was not tried: {fault.text}"
        return ""
