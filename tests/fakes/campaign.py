"""Many trials by seed: crashes and lost answers end as if there were none, and what cannot be seen is never ended."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.simulate import accident, fault, simulation

from . import trial
from .trial import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from novaform.simulate.cloud.cloud import Cloud

    from .trial import Stage

GRAVE = ("kill", "lost-answer", "lost-request", "gateway")
"""Of these each trial has at least one."""
BESIDES = tuple(name for name in accident.ACCIDENTS if name not in {*GRAVE, "kill-before", "kill-after"})


def crashed(stages: Sequence[Stage], seed: int, numbers: range) -> Iterator[Verdict]:
    """Yield the verdicts of trials with crashes and lost answers, each story in its turn."""
    for number in numbers:
        stage, name = stages[number % len(stages)], f"{seed}/{number}"
        chance = random.Random(name)
        picked = [chance.choice(GRAVE), *chance.sample(BESIDES, chance.randint(0, 2))]
        yield trial.tried(stage, name, trial.chosen(stage, chance, picked))


def blinded(stages: Sequence[Stage], seed: int, numbers: range) -> Iterator[Verdict]:
    """Yield the verdicts of single runs that cannot see everything: nothing may end by them."""
    for number in numbers:
        yield blind(stages[number % len(stages)], f"{seed}/{number}")


def blind(stage: Stage, seed: str) -> Verdict:
    """Run a story once with a part of the cloud hidden, and judge that nothing has ended."""
    chance = random.Random(seed)
    here = simulation.restore(stage.saved, seed)
    before = alive(here.cloud)
    hidden = hide(here.cloud, chance, asked(stage))
    problems = []
    try:
        here.apply(stage.story.after, **trial.LIMITS)
    except core.errors.Error:
        hidden += ", and the run ended in an error"
    after = alive(here.cloud)
    problems += [f"{what} is no more" for what in sorted((before - after).elements())]
    return Verdict(stage.story.name, seed, (hidden,), tuple(problems), 1, 0)


def asked(stage: Stage) -> list[str]:
    """Return the lists that a plan asks for."""
    other = simulation.restore(stage.saved, "")
    other.plan(stage.story.after)
    return sorted({path.partition("?")[0] for method, path in other.cloud.log if method == "GET"})


def hide(cloud: Cloud, chance: random.Random, lists: list[str]) -> str:
    """Hide a part of the cloud for the whole run, and return what it is."""
    servers = list(cloud.nova.servers)
    kind = chance.choice(["cell", "list", "page"]) if servers else "list"
    if kind == "cell":
        cloud.nova.down = set(chance.sample(servers, chance.randint(1, len(servers))))
        return f"a cell with {len(cloud.nova.down)} servers"
    path = chance.choice(lists) if kind == "list" else "/servers/detail"
    cloud.page = 1 if kind == "page" else cloud.page
    status = chance.choice([0, 403, 404, 500, 502, 503, 504])
    first = kind == "page" and len(servers) > 1
    seen = 0

    def happen(method: str, asked: str) -> fault.Accident | None:
        nonlocal seen
        if method != "GET" or not asked.endswith(path):
            return None
        seen += 1
        return None if first and seen == 1 else fault.Accident(done=False, status=status)

    cloud.faults.append(happen)
    return f"{path}{' after the first page' if first else ''}: {status or 'no answer'}"


def alive(cloud: Cloud) -> Counter[str]:
    """Return everything that could end: servers with what is on their disks, and what is not a server."""
    cloud.nova.ripen()
    things: list[tuple[str, Any]] = [("image", cloud.glance.images), ("flavor", cloud.nova.flavors)]
    things += [
        ("volume", cloud.cinder.volumes),
        ("key pair", cloud.nova.keys),
        ("server group", cloud.nova.groups),
        *cloud.neutron.store.items(),
    ]
    things = [(kind, store) for kind, store in things if kind != "ports"]  # they come and go with a server's networks
    found = Counter(f"{kind} {ident}" for kind, store in things for ident in store)
    for server in cloud.nova.servers.values():
        going = " (going)" if server["then"] == "gone" else ""
        found[f"server {server['name']} {server['id']} with image {server['image']}{going}"] += 1
    return found


def reproduced(verdict: Verdict, *, blindly: bool) -> str:
    """Return the options that make the same trial again."""
    seed, _, number = verdict.seed.partition("/")
    return f"--seed {seed} --first {number} {'--runs 0 --blind 1' if blindly else '--runs 1 --blind 0'}"
