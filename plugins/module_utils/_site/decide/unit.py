"""Which units have to be started, restarted, stopped or masked; a running one only when its own inputs changed.

What a unit was last started with is recorded on the host as a digest for each input. So a run that was killed
between writing a file and restarting the unit still restarts it next time, and a changed file that a unit does not
read restarts nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KIND = "unit"
CANNOT_ENABLE = {"enabled", "static", "generated", "alias", "indirect", "transient", "enabled-runtime", "linked"}


@dataclass(frozen=True)
class Unit:
    """One declared unit. ``state`` is ``started``, ``stopped`` or ``masked``; ``digests`` is ``{input: sha256}``."""

    name: str
    state: str = "started"
    on_change: str = "restart"
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SeenUnit:
    """What systemd says of a unit, and what we recorded of it (None: nothing).

    ``current``: it runs since after the last of its input files was written. ``foreign``: inputs that somebody else
    had changed when it was started, or at any time since. ``forgotten``: who has lost the record that it made of itself
    when it was started. ``hung``: why it does nothing although it runs.
    """

    active: bool = False
    enabled: bool = False
    masked: bool = False
    current: bool = False
    foreign: tuple[str, ...] = ()
    forgotten: str = ""
    hung: str = ""
    record: Mapping[str, Any] | None = None


def digest(value: Any) -> str:
    """Return the sha256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def decide(desired: Sequence[Unit], observed: Mapping[str, SeenUnit]) -> Plan:
    """Return at most one step for each unit, in the order of declaration. A unit not in ``observed`` is not there."""
    steps = [_step(unit, observed.get(unit.name, SeenUnit())) for unit in desired]
    return Plan(tuple(step for step in steps if step))


def _step(unit: Unit, seen: SeenUnit) -> Step | None:
    if unit.state == "masked":
        return None if seen.masked and not seen.active else Step("mask", KIND, unit.name)
    if unit.state == "stopped":
        recorded = seen.record is not None and seen.record.get("state") == "stopped"
        return None if recorded and not seen.active and not seen.enabled else Step("stop", KIND, unit.name)
    return _start_step(unit, seen)


def _start_step(unit: Unit, seen: SeenUnit) -> Step | None:
    if not seen.active or seen.masked:
        return Step("start", KIND, unit.name)
    if seen.hung:
        return Step("restart", KIND, unit.name, reason=seen.hung)
    if seen.record is None or seen.record.get("state") != "started":
        if seen.current:
            return Step("start", KIND, unit.name, reason="it runs with these settings already: enabled and recorded")
        return Step("restart", KIND, unit.name, reason="it was not started by us: its settings are unknown")
    if seen.forgotten:
        return Step("restart", KIND, unit.name, reason=f"{seen.forgotten} has no record of it")
    changed = _changed_inputs(unit, seen.record)
    if changed:
        return Step(unit.on_change, KIND, unit.name, reason=f"changed: {', '.join(changed)}")
    if seen.foreign:
        return Step(unit.on_change, KIND, unit.name, reason=f"changed by somebody else: {', '.join(seen.foreign)}")
    return None if seen.enabled else Step("enable", KIND, unit.name)


def _changed_inputs(unit: Unit, record: Mapping[str, Any]) -> list[str]:
    """Return the inputs (paths) of a unit that are not what it was last started with."""
    before: Mapping[str, str] = record.get("inputs") or {}
    return sorted(path for path in {*before, *unit.digests} if before.get(path) != unit.digests.get(path))
