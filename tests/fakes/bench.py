"""A cloud with a declaration to try on it: plan, apply, and count what is there."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.simulate import simulation

from . import stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from novaform.cloud import run


class Bench(simulation.Simulation):
    """A simulated cloud with an image. ``kept``: with the journal in a file, and threads, as in a real run."""

    def __init__(self, *, kept: bool = False) -> None:
        folder = Path(tempfile.mkdtemp(prefix="novaform-bench-")) if kept else None
        super().__init__(folder=folder)
        if folder is not None:
            weakref.finalize(self, shutil.rmtree, folder)
        self.cloud.glance.add("debian")

    def plan(self, desired: core.desired.Desired | None = None, **limits: Any) -> core.change.Decision:
        return super().plan(desired or stack.desired(), **limits)

    def apply(self, desired: core.desired.Desired | None = None, **limits: Any) -> dict[str, Any]:
        """Apply, and return the result also of a run in which a step was not done, with the report of one more plan."""
        wanted = desired or stack.desired()
        try:
            return super().apply(wanted, **limits)
        except core.errors.ApplyError as error:
            if "outcomes" not in error.details:
                raise
            return {"changed": True, **error.details, "report": self.plan(wanted, **limits).to_report()}

    def servers(self) -> dict[str, dict[str, Any]]:
        """Return the servers by name; a twin is an error."""
        self.cloud.nova.ripen()
        found = list(self.cloud.nova.servers.values())
        twins = [name for name, number in Counter(one["name"] for one in found).items() if number > 1]
        assert not twins, twins
        return {one["name"]: one for one in found}


def carried_out(made: run.Run, approved: Sequence[core.change.Change] | None = None) -> dict[str, Any]:
    """Let the module act once, and return its result, also when a step was not done."""
    try:
        return {"outcomes": [], **simulation.carried_out(made, approved)}
    except core.errors.ApplyError as error:
        if "outcomes" not in error.details:
            raise
        return {"changed": True, **error.details}


def steps(decision: core.change.Decision) -> list[str]:
    """Return what a plan would do, in short."""
    return [f"{step.action} {step.kind} {step.name}" for step in decision.doable]


def blocked(decision: core.change.Decision) -> list[str]:
    """Return what a plan must not do, in short."""
    return [f"{step.action} {step.kind} {step.name}" for step in decision if getattr(step, "blocked", "")]


def notes(decision: core.change.Decision) -> list[str]:
    """Return the levels and names of a plan's notes."""
    return [f"{note.level} {note.kind} {note.name}" for note in decision.notes]
