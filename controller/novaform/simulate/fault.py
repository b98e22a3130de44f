"""Accidents of an exchange: what a service does all the same, what of its answer comes, and who is left to hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Killed(BaseException):
    """kill -9 of the controller: nothing after it runs, not even what catches errors."""


class Accident(NamedTuple):
    """What becomes of one exchange, or of one write to the journal.

    ``done``: it is carried out all the same. ``status`` and ``headers`` are the answer; 0 means that none comes.
    ``killed``: whoever asked is no more.
    """

    done: bool
    status: int = 0
    headers: Mapping[str, str] = {}
    killed: bool = False

    def __str__(self) -> str:
        """Return the accident in words."""
        if self.killed:
            return f"controller killed {'after' if self.done else 'before'} it"
        answer = f"answered {self.status}" if self.status else "no answer"
        return f"carried out, {answer}" if self.done else f"not carried out, {answer}"


LOSE_REQUEST = Accident(done=False)
LOSE_ANSWER = Accident(done=True)
KILL_BEFORE = Accident(done=False, killed=True)
KILL_AFTER = Accident(done=True, killed=True)

JOURNAL = "JOURNAL"
"""The method of a write to the journal; its path says what is written."""

if TYPE_CHECKING:
    Fault = Callable[[str, str], Accident | int | None]
    """Is told method and path of each exchange before it happens; None lets it pass, a number is an answer's status."""


def writes(method: str, path: str) -> bool:
    """Tell whether something is changed by it, in the cloud or in the journal."""
    return method != "GET" and not path.endswith("/auth/tokens")
