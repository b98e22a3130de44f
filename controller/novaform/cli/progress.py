"""What goes on during a long apply: a bar on a terminal, one line a step elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from novaform.plan import render


class Progress:
    """Counts steps that ended."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.ended = 0
        self.started = time.monotonic()
        self.live = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def hear(self, line: dict[str, Any]) -> None:
        """Take one line of the module's progress."""
        if "total" in line:
            self.total = max(self.total, line["total"])
        elif "outcome" in line:
            self.outcome(line["outcome"])
        elif "text" in line:
            self.say(line["text"])

    def outcome(self, one: dict[str, str]) -> None:
        """A step ended."""
        self.ended += 1
        sign = {"done": "✓", "failed": "✗"}.get(one["outcome"], "?")
        why = f": {one['why']}" if one["why"] else ""
        self.write(f"{sign} {one['action']} {render.called(one['kind'])} {one['name']}{why}")

    def say(self, text: str) -> None:
        """Something is under way."""
        if self.live:
            self.bar(text)

    def write(self, text: str) -> None:
        """Leave a line, and the bar below it."""
        seconds = time.monotonic() - self.started
        sys.stderr.write(("\r\x1b[K" if self.live else "") + f"{seconds:6.1f} s  {text}\n")
        if self.live:
            self.bar("")
        sys.stderr.flush()

    def bar(self, text: str) -> None:
        """Draw the bar."""
        share = min(1.0, self.ended / self.total) if self.total else 0.0
        full = round(24 * share)
        sys.stderr.write(f"\r\x1b[K{'━' * full}{'╌' * (24 - full)} {self.ended}/{self.total} {text[:80]}")
        sys.stderr.flush()
