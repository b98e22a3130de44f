"""``novaform apply``: do what ``plan`` says, through the collection's module. Exit 0 as declared, 2 not all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import core, output
from novaform.cli import kept, option
from novaform.cli.progress import ApplyProgress
from novaform.stack import apply as applying
from novaform.stack import render

if TYPE_CHECKING:
    from novaform.stack.stack import Stack

app = typer.Typer()
DIFFERS = 2


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
    stack = option.open_stack(where, given)
    approved = kept.load(saved, stack) if saved is not None else None
    decision = stack.look().decision
    if not as_json:
        shown = decision if approved is None else core.change.Decision(tuple(approved), decision.notes)
        output.lines(render.render(shown))
    if not as_json and applying.idle(decision, approved):
        return 0 if decision.clean else DIFFERS
    result = applying.apply(module(stack, {**given, "timeout": timeout}), decision, approved)
    return tell(result, as_json=as_json)


def module(stack: Stack, options: dict[str, Any]) -> applying.Target:
    """Return the module that acts on a stack, with its progress on the terminal."""
    from novaform.stack import batch

    return batch.RunnerModule(stack, options, ApplyProgress, _build)


def _build(path: Path, say: Any) -> Path:
    """Build the image that comes with Novaform."""
    from novaform import guest

    return guest.build(path, say)


def tell(result: dict[str, Any], *, as_json: bool) -> int:
    """Say what became of it."""
    report, outcomes = result["report"], result["outcomes"]
    clean = bool(report.get("clean"))
    if as_json:
        output.answer({"changed": result["changed"], "outcomes": outcomes, "report": report})
    else:
        done = sum(1 for one in outcomes if one["outcome"] == core.change.DONE)
        left = "" if clean else " Something is left: see novaform plan."
        output.say(f"Done: {done} steps.{left}")
    return 0 if clean else DIFFERS
