"""Several requests at a time; a simulated cloud brings a crowd of its own, whose order a seed decides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Sequence

Crowd = Callable[[int, Callable[[Any], Any], "Sequence[Any]"], "list[Any]"]
"""So many at a time, what to do, to which things: MUST do it to each once, and return the results in their order."""


def threads(number: int, work: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
    """Do it in threads."""
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(work, things))
