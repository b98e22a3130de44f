"""A stack is led from one declaration to another through accidents, and must end as if there had been none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from novaform import core
from novaform.simulate import accident, end, fault, simulation

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from novaform.simulate.simulation import Simulation

TURNS = 3
"""Runs during which accidents may happen, and runs after them in which all must be well."""
PAUSE = 40.0
"""Seconds between two runs: longer than the time for which an unanswered request is not sent again."""
LIMITS = {"max_delete": 1000, "allow_empty": True, "allow_shrink": True}


class Story(NamedTuple):
    """A declaration that holds, and one that shall hold. ``before`` is None on an empty cloud."""

    name: str
    before: core.desired.Desired | None
    after: core.desired.Desired
    images: Sequence[str] = ("debian",)


class Stage(NamedTuple):
    """A story whose beginning has been played, and how it ends when nothing happens."""

    story: Story
    saved: bytes
    end: Mapping[str, list[str]]
    effects: Sequence[str]


class Verdict(NamedTuple):
    """What became of one trial. Without ``problems`` all is well."""

    story: str
    seed: str
    accidents: Sequence[str]
    problems: Sequence[str]
    runs: int
    killed: int


def staged(story: Story) -> Stage:
    """Play the beginning, and once the whole without an accident. Raises ``ApplyError`` if even that fails."""
    stage = simulation.Simulation()
    for image in story.images:
        stage.cloud.glance.add(image)
    if story.before is not None:
        calm(stage, story.before)
    stage.cloud.effects.clear()
    stage.cloud.log.clear()
    saved = stage.save()
    calm(stage, story.after)
    return Stage(story, saved, end.end(stage.cloud), tuple(stage.cloud.effects))


def calm(stage: Simulation, desired: core.desired.Desired) -> None:
    """Apply without an accident."""
    result = stage.apply(desired, **LIMITS)
    if not result["report"]["clean"]:
        raise core.errors.ApplyError(f"without any accident something is left: {result['report']}")


def chosen(stage: Stage, chance: random.Random, names: Sequence[str]) -> dict[str, Callable[[Simulation], None]]:
    """Return these accidents, each at a place of chance."""
    found = {}
    for name in names:
        at, long = chance.randint(1, len(stage.effects) + 2), chance.randint(1, 12)
        found[f"{name}@{at}"] = placed(name, at, long, chance)
    return found


def placed(name: str, at: int, long: int, chance: random.Random) -> Callable[[Simulation], None]:
    """Return what arranges an accident in a world."""

    def arrange(here: Simulation) -> None:
        place = accident.Place(here.cloud, at, long, chance)
        here.cloud.faults.append(accident.ACCIDENTS[name](place))

    return arrange


def tried(stage: Stage, seed: str, accidents: Mapping[str, Callable[[Simulation], None]]) -> Verdict:
    """Play a story through accidents, and judge how it ends."""
    here = simulation.restore(stage.saved, seed)
    for arrange in accidents.values():
        arrange(here)
    problems: list[str] = []
    runs = killed = 0
    clean = False
    while runs < 2 * TURNS and not clean:
        if runs == TURNS:
            accident.end_all(here.cloud)
        clean, died = turn(here, stage.story.after)
        runs += 1
        killed += died
        twins = end.twins(here.cloud)
        problems += [f"after run {runs} there are twins: {', '.join(twins)}"] if twins else []
        here.cloud.sleep(PAUSE)
    accident.end_all(here.cloud)
    problems += judged(here, stage, clean=clean)
    return Verdict(stage.story.name, seed, tuple(accidents), tuple(problems), runs, killed)


def turn(here: Simulation, desired: core.desired.Desired) -> tuple[bool, bool]:
    """Run once; tell whether nothing is left, and whether the run was killed."""
    try:
        return bool(here.apply(desired, **LIMITS)["report"]["clean"]), False
    except fault.Killed:
        return False, True
    except core.errors.Error:
        return False, False


def judged(here: Simulation, stage: Stage, *, clean: bool) -> list[str]:
    """Return what is wrong with an end."""
    problems = [] if clean else [f"something is left: {left(here, stage.story.after)}"]
    problems += end.difference(end.end(here.cloud), dict(stage.end))
    leaks = end.leaks(here.cloud)
    return problems + ([f"leaked: {', '.join(leaks)}"] if leaks else [])


def left(here: Simulation, desired: core.desired.Desired) -> str:
    """Return in a line what a plan still has."""
    report = here.plan(desired, **LIMITS).to_report()
    steps = [f"{one['action']} {one['kind']} {one['name']}" for one in report["steps"]]
    return "; ".join(steps + [f"{one['kind']} {one['name']}: {one['text']}" for one in report["notes"]])
