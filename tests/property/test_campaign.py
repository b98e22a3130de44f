"""Killed at any effect, with answers lost and with parts of the cloud hidden, a stack ends as if nothing had happened.

``tests/campaign/run.py`` does the same ten thousand times.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest
from fakes import campaign, story, trial
from novaform.simulate import fault, simulation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.trial import Stage, Verdict

STORIES = {one.name: one for one in story.stories()}
SEED = 20


@cache
def stage(name: str) -> Stage:
    return trial.staged(STORIES[name])


def wrong(verdicts: Iterator[Verdict], *, blindly: bool = False) -> list[str]:
    """Return for each trial that went wrong the options with which it goes wrong again."""
    return [
        f"{one.story}, {one.accidents}: {campaign.reproduced(one, blindly=blindly)}: {one.problems}"
        for one in verdicts
        if one.problems
    ]


@pytest.mark.parametrize("accident", ["kill-before", "kill-after", "lost-answer"])
@pytest.mark.parametrize("name", STORIES)
def test_the_end_is_the_same_whichever_effect_has_an_accident(name: str, accident: str) -> None:
    played = stage(name)
    assert played.effects
    for number, effect in enumerate(played.effects, 1):
        arranged = {f"{accident}@{number}": trial.placed(accident, number, 1, random.Random(SEED))}
        verdict = trial.tried(played, f"{SEED}/{number}", arranged)
        assert not verdict.problems, f"{accident} at effect {number}, {effect}: {verdict.problems}"
        assert verdict.killed == accident.startswith("kill")


def test_crashes_and_lost_answers_leave_no_twin_and_no_leak() -> None:
    stages = [stage(name) for name in STORIES]
    verdicts = list(campaign.crashed(stages, SEED, range(200)))
    assert sum(one.killed for one in verdicts) > 20
    assert not wrong(iter(verdicts))


def test_nothing_ends_by_a_run_that_cannot_see_everything() -> None:
    stages = [stage(name) for name in STORIES]
    assert not wrong(campaign.blinded(stages, SEED, range(200)), blindly=True)


def test_the_same_seed_makes_the_same_run() -> None:
    stages = [stage("create")]
    first, second = (list(campaign.crashed(stages, SEED, range(20))) for _ in range(2))
    assert first == second


def test_a_twin_a_leak_and_another_end_are_noticed() -> None:
    """The judge is judged: without him no campaign means anything."""
    played = stage("scale")

    def spoil(here: simulation.Simulation) -> None:
        nova = here.cloud.nova
        one = next(iter(nova.servers.values()))

        def twin(method: str, _: str) -> None:
            if method == fault.JOURNAL and len(nova.servers) < 5:
                nova.servers[here.cloud.id()] = {**one, "id": here.cloud.id()}
                here.cloud.neutron.plug("nobody", one["networks"][0], [])

        here.cloud.faults.append(twin)

    problems = trial.tried(played, "1", {"spoil": spoil}).problems
    assert [one for one in problems if "there are twins: web-1" in one]
    assert [one for one in problems if one.startswith("leaked: port")]
    assert [one for one in problems if one.startswith("servers: + ")]
