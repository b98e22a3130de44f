"""A step on the instances' side: besides what is done it says which fields differ, who asked, and what it costs.

What became of one is its outcome.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.hidden import show
from .._core.plan import Plan, Step
from . import consequence

if TYPE_CHECKING:
    from collections.abc import Mapping

HELD = "held"
DENIED = "denied"
IGNORED = "ignored"
UNKNOWN = "unknown"
FOREIGN = "foreign"
DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
PLACEMENT = "placement"
"""The drift class of a server that is not where it should be."""
DIFFERS = frozenset({HELD, DENIED, UNKNOWN, FOREIGN})
"""Notes that mean: the world is not as declared, and this plan does not make it so."""


@dataclass(frozen=True)
class FieldChange:
    """One field that differs, where its desired value was written, and what changing it costs."""

    field: str
    before: Any
    after: Any
    origin: str = ""
    consequence: str = consequence.NONE

    def to_json(self) -> dict[str, Any]:
        """Return plain values, none of them hidden."""
        return {**self.__dict__, "before": show(self.before), "after": show(self.after)}


@dataclass(frozen=True)
class Change(Step):
    """A step on something in the cloud. ``target`` is its id there, ``digest`` names what it was like when decided.

    ``blocked`` says why apply must not do it; such a step is shown and makes the plan differ. ``drift`` is the class of
    what it repairs, where that is more than a field that differs.
    """

    uid: str = ""
    target: str = ""
    fields: tuple[FieldChange, ...] = ()
    consequences: tuple[str, ...] = ()
    origin: str = ""
    digest: str = ""
    blocked: str = ""
    drift: str = ""

    @property
    def consequence(self) -> str:
        """The gravest consequence."""
        return consequence.worst(self.consequences)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, without what is empty."""
        more = {
            "uid": self.uid,
            "target": self.target,
            "origin": self.origin,
            "digest": self.digest,
            "blocked": self.blocked,
            "drift": self.drift,
            "fields": [field.to_json() for field in self.fields],
            "consequences": list(self.consequences),
        }
        shown: dict[str, Any] = {**super().to_json(), "consequence": self.consequence}
        return {**shown, **{name: value for name, value in more.items() if value}}

    def to_diff(self) -> dict[str, str]:
        """Return one entry of Ansible's ``diff`` list."""
        texts = super().to_diff()
        texts["before"] = "".join(f"{one.field}: {json.dumps(one.before, default=str)}\n" for one in self.fields)
        texts["after"] = "".join(f"{one.field}: {json.dumps(one.after, default=str)}\n" for one in self.fields)
        return texts


@dataclass(frozen=True)
class Note:
    """Something a person should know and that no step changes. ``level`` is one of the words above.

    ``passing``: it will end by itself, and there may be something to do then. ``drift`` is its class where it is more
    than a field that differs, ``host`` where it was seen.
    """

    level: str
    kind: str
    name: str
    text: str
    origin: str = ""
    passing: bool = False
    drift: str = ""
    host: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Decision(Plan):
    """A plan with everything that was seen and left alone. ``steps`` include the blocked ones."""

    notes: tuple[Note, ...] = ()

    @property
    def doable(self) -> Plan:
        """The steps that nothing forbids."""
        return Plan(tuple(step for step in self.steps if not getattr(step, "blocked", "")))

    @property
    def clean(self) -> bool:
        """Whether the world is as declared."""
        return not self.steps and not any(note.level in DIFFERS for note in self.notes)

    def to_report(self) -> dict[str, Any]:
        """Return steps and notes as plain values."""
        return {"clean": self.clean, "steps": self.to_json(), "notes": [note.to_json() for note in self.notes]}


class Outcome(NamedTuple):
    """One step's end: done, failed, skipped or unknown (the request was sent, and nobody knows what became of it)."""

    action: str
    kind: str
    name: str
    outcome: str
    why: str = ""
    id: str = ""


def readable(value: Any) -> str:
    """Return a value in one short line."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={readable(one)}" for name, one in sorted(value.items())) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(readable, value)) or "none"
    return "none" if value is None else str(value)


def changes_from_json(plain: list[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Read back what ``Plan.to_json`` wrote of changes."""
    return tuple(
        Change(
            **{
                **{name: value for name, value in one.items() if name != "consequence"},
                "fields": tuple(FieldChange(**field) for field in one.get("fields", ())),
                "consequences": tuple(one.get("consequences", ())),
            }
        )
        for one in plain
    )
