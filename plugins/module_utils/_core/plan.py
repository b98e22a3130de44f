"""A plan is the list of steps between what is observed and what is desired, as plain values.

Check mode prints it, apply does it, tests compare it: the same value for all three, so none can disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Step:
    """One change to one thing: ``Step("start", "unit", "nova-api.service")``.

    ``before`` and ``after`` are texts for Ansible's diff and hold no secret; ``reason`` says why, where the thing
    itself is unchanged (a restart). Two steps are the same change when ``key`` is equal.
    """

    action: str
    kind: str
    name: str
    before: str = ""
    after: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the change, without its texts."""
        return (self.action, self.kind, self.name)

    def to_json(self) -> dict[str, str]:
        """Return ``{action, kind, name[, reason]}``, the form in which modules return steps."""
        shown = {"action": self.action, "kind": self.kind, "name": self.name}
        if self.reason:
            shown["reason"] = self.reason
        return shown

    def to_diff(self) -> dict[str, str]:
        """Return one entry of Ansible's ``diff`` list, which shows nothing where both texts are alike."""
        title = f"{self.action} {self.kind} {self.name}" + (f" ({self.reason})" if self.reason else "")
        after = self.after if self.after != self.before else f"{self.before}{title}\n"
        return {"before_header": title, "after_header": title, "before": self.before, "after": after}


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they must be done. An empty plan is false."""

    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.steps + other.steps)

    def to_diff(self) -> list[dict[str, str]]:
        """Return Ansible's ``diff`` list."""
        return [step.to_diff() for step in self.steps]

    def to_json(self) -> list[dict[str, str]]:
        """Return the steps as modules return them."""
        return [step.to_json() for step in self.steps]
