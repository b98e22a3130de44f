"""One simulated cloud and one stack's journal: plan, apply, be killed, look at what is there."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.cloud import journal, run, stage
from novaform.stack import apply

from .cloud.cloud import Cloud
from .journal import Kept

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

EXTERNAL = "public"
"""The external network that every simulated cloud has."""


class SeededCrowd:
    """Does side by side one after the other, in an order that is another one each time; without chance, in turn.

    The seed says who is first, and so the same run can be had again.
    """

    def __init__(self, chance: random.Random | None) -> None:
        self.chance = chance

    def __call__(self, number: int, work: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
        """Do it to each thing; return the results in the things' own order."""
        del number
        places = list(range(len(things)))
        if self.chance is not None:
            self.chance.shuffle(places)
        results: dict[int, Any] = {}
        for place in places:
            results[place] = work(things[place])
        return [results[place] for place in range(len(things))]


class Simulation:
    """A cloud, and the memory of a controller that may be killed at any time and started again.

    With ``folder`` the journal is the product's own file in it; without, it is in memory. ``asks_hosts``: runs also go
    by what libvirt on the hosts says. With a seed other than 0 requests side by side come in an order of chance.
    """

    def __init__(self, seed: int = 0, folder: Path | None = None, cloud: Cloud | None = None) -> None:
        self.cloud = cloud or _furnish_cloud(seed)
        self.base = None if folder else journal.in_memory()
        if self.base is not None:
            weakref.finalize(self, self.base.close)
        self.folder = folder or Path(_scratch().name)
        self.asks_hosts = False
        self.shuffles = bool(seed)

    def run(self, desired: core.desired.Desired, **limits: Any) -> run.Run:
        """Return a run of a new process: nothing but cloud and journal is remembered."""
        crowd = SeededCrowd(self.cloud.chance if self.shuffles else None) if self.base is not None else None
        given = run.RunOptions(
            domains=core.guest.to_domains(self.cloud.hosts.guests()) if self.asks_hosts else None,
            open=self.open_journal,
            open_to_read=self.open_journal,
            reach=self.cloud.nova.reach,
        )
        return run.Run(self.cloud.session(crowd), desired, core.policy.Policy(**limits), self.folder, given)

    def open_journal(self, folder: Path) -> journal.Journal:
        """Return the journal."""
        return Kept(folder, self.cloud, self.base)

    def plan(self, desired: core.desired.Desired, **limits: Any) -> core.change.Decision:
        """Say what would be done."""
        return self.run(desired, **limits).plan().decision

    def apply(self, desired: core.desired.Desired, **limits: Any) -> dict[str, Any]:
        """Do it, as ``novaform apply`` does. Raises ``ApplyError`` when a step was not done."""
        target = InProcessModule(self, desired, limits)
        return apply.apply(target, target.look())

    def save(self) -> bytes:
        """Return all that there is, to begin from again with ``restore``; only with a journal in memory."""
        return pickle.dumps((self.cloud, self.base.serialize() if self.base is not None else b""))


class InProcessModule:
    """A stack on which the module acts in this process, once and again as if in a new one."""

    def __init__(self, world: Simulation, desired: core.desired.Desired, limits: dict[str, Any]) -> None:
        self.world = world
        self.desired = desired
        self.limits = limits

    def look(self) -> core.change.Decision:
        """Look at the cloud and decide."""
        return self.world.plan(self.desired, **self.limits)

    def carry_out(self, steps: Sequence[core.change.Change], *, exactly: bool) -> dict[str, Any]:
        """Do what the module does, and return what it returns."""
        return carried_out(self.world.run(self.desired, **self.limits), steps if exactly else None)

    def ask_again(self) -> bool:
        """Tell whether there are hosts to ask: each run asks them."""
        return self.world.asks_hosts


def carried_out(made: run.Run, approved: Sequence[core.change.Change] | None = None) -> dict[str, Any]:
    """Do in this process what the module ``instances`` does in one of its own, and return its result.

    Raises ``ApplyError`` with the same as details when a step was not done.
    """
    acting = stage.StackStage(made, approved)
    with acting.held:
        done = core.converge.apply_stages([acting])
    return {"changed": bool(done), **acting.facts}


@lru_cache(maxsize=1)
def _scratch() -> tempfile.TemporaryDirectory[str]:
    """Return this process's folder for locks, which goes when it ends."""
    return tempfile.TemporaryDirectory(prefix="novaform-simulate-")


def restore(saved: bytes, seed: str) -> Simulation:
    """Return a world as it was, with other chances."""
    cloud, base = pickle.loads(saved)  # noqa: S301 - our own, made in this process
    cloud.chance.seed(seed)
    world = Simulation(cloud=cloud)
    world.shuffles = True
    if world.base is not None:
        world.base.deserialize(base)
    return world


def _furnish_cloud(seed: int = 0) -> Cloud:
    """Return a cloud with what an operator's cloud has before anybody uses it."""
    cloud = Cloud(seed=seed)
    cloud.neutron.make("networks", {"name": EXTERNAL, "router:external": True})
    return cloud
