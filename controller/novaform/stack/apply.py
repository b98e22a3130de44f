"""What applying a decision is: let the module act, and where servers were resized ask their hosts and act again.

The commands, the simulator and its campaigns go this way; they differ in who carries the steps out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROVEN = frozenset({"confirm", "revert"})
"""What is done about a resize when its host has been asked."""


class Target(Protocol):
    """One stack on one cloud, and the module that acts on it."""

    def look(self) -> core.change.Decision:
        """Look at the cloud and decide. MUST NOT change anything."""

    def carry_out(self, steps: Sequence[core.change.Change], *, exactly: bool) -> dict[str, Any]:
        """Run the module: ``exactly`` these steps, or also those that turn up when what is under way has ended.

        Returns its result (``changed``, ``report``, and ``outcomes`` where anything was done). MUST raise
        ``ApplyError``, with the same as details, when a step was not done.
        """

    def ask_again(self) -> bool:
        """Let the next look ask the hosts anew. False where no host can be asked."""


def apply(
    target: Target, decision: core.change.Decision, approved: Sequence[core.change.Change] | None = None
) -> dict[str, Any]:
    """Do what was decided, or of that only the ``approved`` steps, and return ``changed``, ``outcomes`` and ``report``.

    Raises ``ApplyError`` when a step was not done, and ``ObserveError`` where nothing could be seen.
    """
    steps = changes(decision) if approved is None else approved
    if idle(decision, approved):
        return {"changed": False, "outcomes": [], "report": decision.to_report()}
    result = {"outcomes": [], **target.carry_out(steps, exactly=approved is not None or not _waiting(decision))}
    if not any(one["action"] in PROVEN for one in result["report"]["steps"]) or not target.ask_again():
        return result
    proven = [one for one in changes(target.look()) if one.action in PROVEN]
    return _together(result, target.carry_out(proven, exactly=True)) if proven else result


def idle(decision: core.change.Decision, approved: Sequence[core.change.Change] | None = None) -> bool:
    """Tell whether there is nothing to do, and nothing on its way after which there might be."""
    return not (changes(decision) if approved is None else approved) and not _waiting(decision)


def changes(decision: core.change.Decision) -> list[core.change.Change]:
    """Return the steps that nothing forbids."""
    return [step for step in decision.doable if isinstance(step, core.change.Change)]


def _waiting(decision: core.change.Decision) -> bool:
    """Tell whether something is on its way, so that there may be steps in a moment."""
    return any(note.passing for note in decision.notes)


def _together(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return two runs' results as one."""
    return {**second, "outcomes": [*first["outcomes"], *second.get("outcomes", ())], "changed": True}
