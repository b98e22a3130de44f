"""How far each group's rolling change has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._stack.pace.turn import Ring
from .journey import is_down, seen_item

if TYPE_CHECKING:
    from ..context import Context
    from .journey import Journey


class Rings:
    """The groups of which servers go away in this run."""

    def __init__(self, context: Context, journeys: list[Journey]) -> None:
        self.rings: dict[str, Ring] = {}
        self.home: set[str] = set()
        going = {one.name for one in journeys}
        groups = {one.rider().group for one in journeys if one.rider().disruptive}
        for wanted in context.desired.wanted:
            group = str(wanted.create.get("group") or "") if wanted.kind == "server" else ""
            if group not in groups or wanted.state != "active":
                continue
            down = (wanted.key,) if wanted.key not in going and is_down(seen_item(context, wanted)) else ()
            rolling = wanted.create.get("rolling") or {}
            had = self.rings.get(group, Ring())
            most = max(1, int(rolling.get("max_unavailable") or 1))
            self.rings[group] = Ring(most, float(rolling.get("pause") or 0), (*had.down, *down))

    def came_back(self, journeys: list[Journey], now: float) -> None:
        """Take note of who came back since the last time, and of who did not."""
        for one in journeys:
            ring = self.rings.get(str(one.wanted.create.get("group") or "")) if one.wanted is not None else None
            if not one.over or one.name in self.home or ring is None or one.wanted is None:
                continue
            self.home.add(one.name)
            rider = one.rider() if one.steps else None
            if rider is None or not (rider.disruptive or rider.mending):
                continue
            stopped = ring.stopped or one.failed
            self.rings[rider.group] = ring._replace(back_at=now, stopped=stopped)
