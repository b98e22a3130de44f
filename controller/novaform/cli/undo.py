"""``novaform undo``: plan, and with ``--yes`` go, the way back to what was applied before. Exit 0 there, 2 differs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import output
from novaform.cli import apply, option
from novaform.stack import apply as applying
from novaform.stack import render
from novaform.stack import undo as back

if TYPE_CHECKING:
    from novaform.stack.stack import Stack

app = typer.Typer()
DIFFERS = 2


@app.command()
@option.taking(where=option.where, given=option.bounds)
def undo(
    where: option.Where,
    given: dict[str, Any],
    to: Annotated[int, typer.Option(min=1, help="How many applied declarations to go back by.")] = 1,
    show_list: Annotated[bool, typer.Option("--list", help="Only say which declarations were applied.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this the plan is shown and nothing is done.")
    ] = False,
    timeout: option.Timeout = 900,
    as_json: option.Json = False,
) -> int:
    """Go back to what was applied before the last declaration. The file itself stays as it is.

    Exit status: 0 everything is as it was declared then, 2 something differs, 1 an error.
    """
    stack = option.open_stack(where, given)
    if show_list:
        return _list_history(stack, as_json=as_json)
    back.go_back(stack, to)
    decision = stack.look().decision
    if not as_json:
        output.lines(render.render(decision))
    steps = applying.changes(decision)
    if not yes or not steps:
        if as_json:
            output.answer({"stack": stack.desired.stack, **decision.to_report()})
        return 0 if decision.clean else DIFFERS
    result = applying.apply(apply.module(stack, {**given, "timeout": timeout}), decision, steps)
    if not as_json:
        output.say(f"{where.file} still says otherwise: change it, or the next apply goes forward again.")
    return apply.tell(result, as_json=as_json)


def _list_history(stack: Stack, *, as_json: bool) -> int:
    """Say what was applied, the last first; the number is what ``--to`` takes."""
    rows = [
        {
            "to": place,
            "at": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)),
            "digest": desired.digest,
            "servers": sum(1 for one in desired.wanted if one.kind == "server" and one.state != "absent"),
        }
        for place, (at, desired) in enumerate(back.history(stack))
    ]
    if as_json:
        output.answer(rows)
    else:
        output.lines(
            render.Line(f"{one['to']:>3}  {one['at']}  {one['servers']} servers  {str(one['digest'])[:12]}")
            for one in rows
        )
    return 0
