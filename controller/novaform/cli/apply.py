"""``novaform apply``: do what ``plan`` says, through the collection's module. Exit 0 as declared, 2 not all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import core, output
from novaform.cli import kept, option, show
from novaform.cli.progress import Progress
from novaform.plan import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from novaform.reconcile.stack import Stack

app = typer.Typer()
DIFFERS = 2
PROVEN = frozenset({"confirm", "revert"})
"""What is done about a resize when its host has been asked."""


@app.command()
@option.taking(where=option.where, given=option.bounds)
def apply(
    where: option.Where,
    given: dict[str, Any],
    saved: Annotated[Path | None, typer.Option("--plan", help="Do the steps of a kept plan and no others.")] = None,
    timeout: option.Timeout = 900,
    as_json: option.Json = False,
) -> int:
    """Make the instances what instances.yml says.

    Exit status: 0 everything is as declared, 2 something is left, 1 an error, or a step that failed.
    """
    stack = option.opened(where, given)
    approved = kept.load(saved, stack) if saved is not None else None
    decision = stack.look().decision
    steps = changes(decision) if approved is None else approved
    if not as_json:
        show.show(render.render(decision if approved is None else core.change.Decision(tuple(steps), decision.notes)))
    if not steps and not waiting(decision):
        if as_json:
            output.answer({"changed": False, "outcomes": [], "report": decision.to_report()})
        return 0 if decision.clean else DIFFERS
    given = {**given, "timeout": timeout}
    result = carry_out(stack, steps, given, exactly=saved is not None or not waiting(decision))
    proven = resized(stack, result)
    if proven:
        result = together(result, carry_out(stack, proven, given, exactly=True))
    return tell(result, as_json=as_json)


def changes(decision: core.change.Decision) -> list[core.change.Change]:
    """Return the steps that nothing forbids."""
    return [step for step in decision.doable if isinstance(step, core.change.Change)]


def waiting(decision: core.change.Decision) -> bool:
    """Tell whether something is on its way, so that there may be steps in a moment."""
    return any(note.passing for note in decision.notes)


def carry_out(
    stack: Stack, steps: Sequence[core.change.Change], options: dict[str, Any], *, exactly: bool
) -> dict[str, Any]:
    """Run the module. ``exactly`` these steps, or also those that turn up when what is under way has ended."""
    from novaform.apply import batch

    with Progress(len(steps)) as progress:
        if any(step.kind == "image" and step.action in {"create", "replace"} for step in steps):
            stack.build_images(lambda path: build(path, progress.say))
        hosts = stack.ask_hosts()
        order = batch.Order(
            stack.desired,
            stack.options(options),
            steps if exactly else None,
            hosts.guests if hosts is not None else None,
        )
        return batch.apply(order, progress.hear)


def resized(stack: Stack, result: dict[str, Any]) -> list[core.change.Change]:
    """Ask the hosts what became of resizes, and return the steps that confirm or revert them; none without hosts."""
    steps = (result.get("report") or {}).get("steps") or ()
    if stack.where.inventory is None or not any(one["action"] in PROVEN for one in steps):
        return []
    stack.hosts = None
    return [one for one in changes(stack.look().decision) if one.action in PROVEN]


def together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return two runs' results as one."""
    return {**second, "outcomes": [*(first.get("outcomes") or ()), *(second.get("outcomes") or ())], "changed": True}


def build(path: Path, say: Any) -> Path:
    """Build the image that comes with Novaform."""
    from novaform import guest

    return guest.build(path, say)


def tell(result: dict[str, Any], *, as_json: bool) -> int:
    """Say what became of it."""
    report = result.get("report") or {}
    clean = bool(report.get("clean"))
    if as_json:
        output.answer({"changed": result.get("changed"), "outcomes": result.get("outcomes") or [], "report": report})
    else:
        done = sum(1 for one in result.get("outcomes") or () if one["outcome"] == core.outcome.DONE)
        left = "" if clean else " Something is left: see novaform plan."
        output.say(f"Done: {done} steps.{left}")
    return 0 if clean else DIFFERS
