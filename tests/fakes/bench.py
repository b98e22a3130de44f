"""A cloud with a declaration to try on it: plan, apply, and count what is there."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

from novaform import core
from novaform.clients.cloud import run
from novaform.simulate.cloud import Cloud

from . import stack


class Bench:
    """One fake cloud and one stack's state folder on it."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.cloud.glance.add("debian")
        self.cloud.neutron.make("networks", {"name": "public", "router:external": True})
        self.folder = Path(tempfile.mkdtemp(prefix="novaform-bench-"))
        weakref.finalize(self, shutil.rmtree, self.folder)

    def run(self, desired: core.desired.Desired, **limits: Any) -> run.Run:
        return run.Run(self.cloud.session(), desired, core.policy.Policy(**limits), self.folder)

    def plan(self, desired: core.desired.Desired | None = None, **limits: Any) -> core.change.Decision:
        return self.run(desired or stack.desired(), **limits).plan().decision

    def apply(self, desired: core.desired.Desired | None = None, **limits: Any) -> dict[str, Any]:
        return self.run(desired or stack.desired(), **limits).apply()

    def servers(self) -> dict[str, dict[str, Any]]:
        """Return the servers by name; a twin is an error."""
        self.cloud.nova.ripen()
        found = list(self.cloud.nova.servers.values())
        twins = [name for name, number in Counter(one["name"] for one in found).items() if number > 1]
        assert not twins, twins
        return {one["name"]: one for one in found}


def steps(decision: core.change.Decision) -> list[str]:
    """Return what a plan would do, in short."""
    return [f"{step.action} {step.kind} {step.name}" for step in decision.doable]


def blocked(decision: core.change.Decision) -> list[str]:
    """Return what a plan must not do, in short."""
    return [f"{step.action} {step.kind} {step.name}" for step in decision if getattr(step, "blocked", "")]


def notes(decision: core.change.Decision) -> list[str]:
    """Return the levels and names of a plan's notes."""
    return [f"{note.level} {note.kind} {note.name}" for note in decision.notes]
