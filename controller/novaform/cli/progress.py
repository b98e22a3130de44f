"""What goes on during a long apply: a bar on a terminal, one line a step elsewhere; always on standard error."""

from __future__ import annotations

import time
from typing import Any, Self

from novaform import core, interrupt, output
from novaform.stack import render

SHOWN = 5


class ApplyProgress:
    """Counts steps that ended."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.ended = 0
        self.started = time.monotonic()
        self.live = output.is_live()
        self.outcomes: list[dict[str, Any]] = []
        self.asked: dict[tuple[str, str], str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if self.live:
            output.draw(None, "")
        if isinstance(error, interrupt.Interrupted):
            error.told, error.details = self.sum_up(), {"outcomes": self.outcomes}

    def hear(self, line: dict[str, Any]) -> None:
        """Take one line of the module's progress."""
        if "total" in line:
            self.total = max(self.total, line["total"])
        elif "outcome" in line:
            self.outcome(line["outcome"])
        elif "asked" in line:
            one = line["asked"]
            self.asked[one["kind"], one["name"]] = one["action"]
        elif "text" in line:
            self.say(line["text"])

    def outcome(self, one: dict[str, str]) -> None:
        """A step ended."""
        self.ended += 1
        self.outcomes.append(one)
        self.asked.pop((one["kind"], one["name"]), None)
        sign = {"done": "✓", "failed": "✗"}.get(one["outcome"], "?")
        why = f": {one['why']}" if one["why"] else ""
        self.write(f"{sign} {one['action']} {render.kind_name(one['kind'])} {one['name']}{why}")

    def sum_up(self) -> str:
        """Return in a sentence what became of a run that was interrupted."""
        if not self.outcomes and not self.asked:
            return "interrupted before anything was asked of the cloud: nothing was changed"
        done = sum(1 for one in self.outcomes if one["outcome"] == core.change.DONE)
        asked = [f"{action} {render.kind_name(kind)} {name}" for (kind, name), action in self.asked.items()]
        more = f" and {len(asked) - SHOWN} more" if len(asked) > SHOWN else ""
        still = (
            f"; {', '.join(asked[:SHOWN])}{more} had been asked for and may still go on in the cloud" if asked else ""
        )
        return (
            f"interrupted: {done} of {self.total} steps are done{still}; nothing more is asked:"
            " novaform plan says what is left, novaform apply goes on"
        )

    def say(self, text: str) -> None:
        """Something is under way."""
        if self.live:
            output.draw(None, f"{self.bar()} {text}")

    def write(self, text: str) -> None:
        """Leave a line, and the bar below it."""
        told = f"{time.monotonic() - self.started:6.1f} s  {text}"
        if self.live:
            output.draw(told, self.bar())
        else:
            output.complain(core.text.clean_line(told))

    def bar(self) -> str:
        """Return the bar."""
        share = min(1.0, self.ended / self.total) if self.total else 0.0
        full = round(24 * share)
        return f"{'━' * full}{'╌' * (24 - full)} {self.ended}/{self.total}"
