"""What stands before a host's ports: each of ours is reached from its declared sources, and by nobody else.

The wall is a table of our own, or a chain where there is nothing but iptables. It judges packets to declared ports
alone. What it admits goes on to the host's other rules, so it never lets in what an administrator keeps out; what it
drops is gone. SSH and everything else that is not ours pass it untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._core.plan import Plan, Step
from .firewall import ANY, Opening

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND = "firewall"
NAME = "novaform"
LOOPBACK, ANSWERS, ADMIT, DROP, STRANGE = "loopback", "answers", "admit", "drop", "strange"


@dataclass(frozen=True)
class WallRule:
    """One rule of the wall. ``verdict`` says what it does, ``opening`` with which packets, where that is a question."""

    verdict: str
    opening: Opening | None = None

    @property
    def text(self) -> str:
        """The rule as people read it."""
        if self.opening is None:
            return {LOOPBACK: "anything from the host itself", ANSWERS: "answers"}.get(self.verdict, "not ours")
        return f"{self.opening.name} from {self.opening.source if self.verdict == ADMIT else 'nobody else'}"


@dataclass(frozen=True)
class Wall:
    """The wall as one program has it. ``door`` is that program, ``versions`` those of IP that it sees.

    ``wanted``: it belongs there. ``hooked``: every incoming packet passes it.
    """

    door: str
    versions: tuple[int, ...]
    wanted: bool
    hooked: bool = False
    lines: tuple[WallRule, ...] = ()


def _to_lines(openings: Sequence[Opening], versions: Sequence[int] = (4, 6)) -> tuple[WallRule, ...]:
    """Return what the wall must consist of for the declared openings; nothing when it would keep nobody out."""
    open_to_all = {_ports(opening) for opening in openings if opening.source == ANY}
    shut = {_ports(opening): opening for opening in reversed(openings) if _ports(opening) not in open_to_all}
    if not shut:
        return ()
    seen = [opening for opening in openings if not opening.version or opening.version in versions]
    drops = [
        WallRule(DROP, Opening(opening.component, opening.protocol, opening.first, opening.last, ANY))
        for opening in reversed(list(shut.values()))
    ]
    return (WallRule(LOOPBACK), WallRule(ANSWERS), *(WallRule(ADMIT, opening) for opening in seen), *drops)


def wanted_lines(wall: Wall, openings: Sequence[Opening]) -> tuple[WallRule, ...]:
    """Return what one program must have."""
    return _to_lines(openings, wall.versions) if wall.wanted else ()


def is_right(wall: Wall, openings: Sequence[Opening]) -> bool:
    """Return whether one program has what it must have, where every packet passes."""
    wanted = wanted_lines(wall, openings)
    return wall.lines == wanted and (wall.hooked or not wanted)


def decide(openings: Sequence[Opening], walls: Sequence[Wall]) -> Plan:
    """Return the one step that puts the wall right, or none."""
    if all(is_right(wall, openings) for wall in walls):
        return Plan()
    before = _show([line for wall in walls if wall.hooked for line in wall.lines])
    return Plan((Step("set", KIND, NAME, before=before, after=_show(_to_lines(openings))),))


def _show(lines: Sequence[WallRule]) -> str:
    return "".join(f"{text}\n" for text in dict.fromkeys(line.text for line in lines))


def _ports(opening: Opening) -> tuple[str, int, int]:
    return opening.protocol, opening.first, opening.last
