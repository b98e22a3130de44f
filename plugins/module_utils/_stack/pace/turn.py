"""Whose turn is it? A group loses few servers at once, the scheduler sees each group grow, and no host is flooded.

Everything is told in names and numbers of one moment; what follows is who may be asked something now, and who never.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEDULED = frozenset({"create", "resize", "unshelve"})
"""What the scheduler chooses a host for."""
BUILDS = frozenset({"create", "unshelve"})
"""What makes a host build a server; which host is known a moment later."""
PER_HOST = {"resize": 2, "rebuild": 4}
MOST_PER_HOST = 10
"""Nova's max_concurrent_builds: more than that a host would only queue."""


class Rider(NamedTuple):
    """One server's place in the queue.

    ``action`` is what it is to be asked for next, or (``on``) was asked for; ``begun`` as soon as it was asked for
    anything. ``disruptive``: it is up and will be away meanwhile; ``mending``: it is down and should be up.
    ``placed``: the scheduler's choice for it is known; ``host`` is where it is, empty where nobody says.
    ``retry_at``: when it may come back to a request that did not pass; until then it holds up nobody.
    """

    name: str
    action: str
    on: bool = False
    begun: bool = False
    disruptive: bool = False
    mending: bool = False
    placed: bool = False
    group: str = ""
    server_group: str = ""
    host: str = ""
    retry_at: float = float("-inf")


class Ring(NamedTuple):
    """One group's rolling change: ``most`` away at once, ``pause`` seconds between batches.

    ``down`` are servers that are not up and that nobody mends; ``back_at`` is when the last one came back, ``stopped``
    why the change goes no further.
    """

    most: int = 1
    pause: float = 0.0
    down: tuple[str, ...] = ()
    back_at: float = float("-inf")
    stopped: str = ""


class Turns(NamedTuple):
    """Who may be asked now, and who is left out for good, with the reason."""

    ready: list[str]
    skipped: dict[str, str]


def turns(riders: Sequence[Rider], rings: Mapping[str, Ring], hosts: int, now: float) -> Turns:
    """Return whose turn it is. ``hosts`` is how many there are to build on, ``now`` in seconds."""
    skipped: dict[str, str] = {}
    candidates = [one for one in riders if one.begun and not one.on and one.retry_at <= now]
    candidates += [one for one in riders if not one.begun and not one.disruptive]
    waiting: dict[str, list[Rider]] = defaultdict(list)
    for one in riders:
        if not one.begun and one.disruptive:
            waiting[one.group].append(one)
    for group, members in waiting.items():
        ring = rings[group]
        stopped = ring.stopped or _short(ring)
        if stopped:
            skipped.update({one.name: stopped for one in members})
        elif now >= ring.back_at + ring.pause and not any(away(one) for one in riders if one.group == group):
            candidates += members[: ring.most - len(ring.down)]
    return Turns([one.name for one in _roomy(_one_by_one(candidates, riders), riders, hosts)], skipped)


def away(rider: Rider) -> bool:
    """Tell whether a server is not up now and is going to be."""
    return rider.mending or (rider.disruptive and rider.begun)


def _short(ring: Ring) -> str:
    """Say why no server of a group may go away; empty where one may."""
    if len(ring.down) < ring.most:
        return ""
    them = ", ".join(ring.down)
    return f"{them} of its group {'is' if len(ring.down) == 1 else 'are'} not up, and max_unavailable is {ring.most}"


def _one_by_one(candidates: Sequence[Rider], riders: Sequence[Rider]) -> list[Rider]:
    """Of each server group let one at a time ask the scheduler, which goes by the hosts that the others have."""
    taken = {one.server_group for one in riders if one.on and one.action in SCHEDULED and not one.placed} - {""}
    found = []
    for one in candidates:
        group = one.server_group if one.action in SCHEDULED else ""
        if group not in taken:
            found.append(one)
            taken |= {group} - {""}
    return found


def _roomy(candidates: Sequence[Rider], riders: Sequence[Rider], hosts: int) -> list[Rider]:
    """Let no more go on than the hosts can do at once."""
    busy = Counter((one.action in BUILDS or one.action, one.host) for one in riders if one.on)
    unplaced = busy.pop((True, ""), 0)
    building = {host: number for (action, host), number in busy.items() if action is True}
    room = sum(MOST_PER_HOST - min(number, MOST_PER_HOST) for number in building.values()) - unplaced
    room += MOST_PER_HOST * max(0, hosts - len(building))
    found = []
    for one in candidates:
        if one.action in BUILDS:
            room -= 1
            if room < 0:
                continue
        elif one.host:
            busy[one.action, one.host] += 1
            if busy[one.action, one.host] > PER_HOST.get(one.action, MOST_PER_HOST):
                continue
        found.append(one)
    return found


class Window(NamedTuple):
    """How many requests may be sent at once: halved when a service is too busy, and slowly opened again."""

    size: float = 32.0

    def after(self, *, pushed_back: bool) -> Window:
        """Return the window for the next round."""
        return Window(max(1.0, self.size / 2) if pushed_back else min(32.0, self.size + 1))
