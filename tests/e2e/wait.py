"""Waiting that ends: until something holds, or with a sentence about what did not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


def until(what: str, seconds: float, look: Callable[[], Found | None], pause: float = 2.0) -> Found:
    """Look until something true comes back. ``look`` may return anything false for "not yet"."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:.0f} s (last seen: {found!r})")
        time.sleep(pause)
