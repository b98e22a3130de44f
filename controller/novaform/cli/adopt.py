"""``novaform adopt``: mark servers that somebody else made as ours; they run on. Exit 0 all are ours, 2 not all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import core, output
from novaform.cli import apply, complete, option
from novaform.stack import apply as applying
from novaform.stack import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from novaform.stack.stack import Stack

app = typer.Typer()
DIFFERS = 2
ADOPT = "adopt"


@app.command()
def adopt(
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME...",
            help="Declared servers.",
            show_default="all that say adopt",
            autocompletion=complete.declared_servers,
        ),
    ] = None,
    file: option.FileOption = option.FILE,
    cloud: option.Cloud = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    differing: Annotated[bool, typer.Option("--differing", help="Also those that are not as declared.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what would be done.")] = False,
    as_json: option.Json = False,
) -> int:
    """Take over the servers that instances.yml says are there already: they are marked, and nothing else.

    Exit status: 0 all of them are ours, 2 not all, 1 an error.
    """
    given: dict[str, Any] = {"adopt": list(name or [core.policy.EVERY]), "adopt_differing": differing}
    stack = option.open_stack(option.where(file, cloud, None, environment, var), given)
    _check_names(stack, name or ())
    decision = _adoption_of(stack, name or ())
    steps = applying.changes(decision)
    if not as_json:
        output.lines(render.render(decision))
    outcomes: list[dict[str, Any]] = []
    if steps and not check:
        outcomes = applying.apply(apply.module(stack, {**given, "timeout": 900}), decision, steps)["outcomes"]
    left = [one.name for one in decision.steps if check or one not in steps]
    left += [one.name for one in decision.notes if one.level in core.change.DIFFERS]
    return _tell(outcomes, sorted(set(left)), as_json=as_json)


def _check_names(stack: Stack, names: Sequence[str]) -> None:
    """Raise ``DeclareError`` for a name that no declared server has."""
    declared = {one.key for one in stack.desired.wanted if one.kind == "server"}
    for name in names:
        if name not in declared:
            raise core.errors.DeclareError(f"{stack.where.file}: no server called {name} is declared")


def _adoption_of(stack: Stack, names: Sequence[str]) -> core.change.Decision:
    """Return the part of the decision that is about taking servers over."""
    look = stack.look()
    index = core.index.Index(stack.desired, look.observed, look.applied, stack.policy)
    meant = {one.key: index.find(one) for one in stack.desired.wanted if one.kind == "server"}
    meant = {key: items for key, items in meant.items() if not names or key in names}
    foreign = {key for key, items in meant.items() if not any(map(index.owns, items))}
    adopted = {one.key for one in stack.desired.wanted if one.adopt} | set(names)
    steps = tuple(one for one in look.decision.steps if one.action == ADOPT and one.name in meant)
    about = foreign & (adopted | {one.name for one in steps})
    notes = tuple(one for one in look.decision.notes if one.kind == "server" and one.name in about)
    return core.change.Decision(steps, notes)


def _tell(outcomes: list[dict[str, Any]], left: list[str], *, as_json: bool) -> int:
    """Say what became of it."""
    done = [one["name"] for one in outcomes if one["outcome"] == core.change.DONE]
    if as_json:
        output.answer({"adopted": done, "outcomes": outcomes, "left": left})
    else:
        output.say(f"Adopted: {len(done)} servers." + (f" Not: {', '.join(left)}." if left else ""))
    return DIFFERS if left else 0
