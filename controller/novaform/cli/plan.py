"""``novaform plan``: what would change, who asked for it, and what it costs. Exit 0 clean, 2 differs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from novaform import output
from novaform.cli import kept, option
from novaform.stack import render

app = typer.Typer()
DIFFERS = 2


@app.command()
@option.taking(where=option.where, given=option.bounds)
def plan(
    where: option.Where,
    given: dict[str, Any],
    out: Annotated[Path | None, typer.Option(help="Keep the plan in this file, for apply --plan.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Show the fields of new things, too.")] = False,
    as_json: option.Json = False,
) -> int:
    """Say what would change on the instances, and at what cost.

    Exit status: 0 everything is as declared, 2 something differs, 1 an error.
    """
    stack = option.open_stack(where, given)
    decision = stack.look().decision
    if out is not None:
        kept.keep(out, stack, decision)
    if as_json:
        output.answer({"stack": stack.desired.stack, **decision.to_report(), "requests": stack.session.requests})
    else:
        output.lines(render.render(decision, wide=wide))
    return 0 if decision.clean else DIFFERS
