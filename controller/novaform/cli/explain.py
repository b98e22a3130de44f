"""``novaform explain NAME``: everything that is known of one declared thing, and why it is or is not touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import core
from novaform.cli import option, show
from novaform.plan import render

if TYPE_CHECKING:
    from novaform.reconcile.stack import Stack

app = typer.Typer()


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(help="What to explain, as web-1 or network/private.", autocompletion=option.declared_things),
    ],
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The declaration.")] = option.FILE,
    cloud: option.Cloud = None,
    inventory: option.Inventory = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    as_json: option.Json = False,
) -> int:
    """Say everything that is known of one declared thing."""
    stack = option.opened(option.where(file, cloud, inventory, environment, var), {})
    kind, _, key = name.rpartition("/")
    wanted = [one for one in stack.desired.wanted if one.key == key and kind in {"", one.kind}]
    if not wanted:
        raise core.errors.DeclareError(f"{file}: nothing called {name} is declared")
    found = [known(stack, one) for one in wanted]
    if as_json:
        option.answer(found)
    else:
        show.show(line for one in found for line in lines(one))
    return 0


def known(stack: Stack, wanted: core.desired.Wanted) -> dict[str, Any]:
    """Return what is declared, what is there, who owns it, and what would happen to it."""
    look = stack.look()
    world = core.world.World(stack.desired, look.observed, look.applied, stack.policy)
    items = world.found(wanted)
    steps = [step for step in look.decision if (step.kind, step.name) == (wanted.kind, wanted.key)]
    notes = [note for note in look.decision.notes if (note.kind, note.name) == (wanted.kind, wanted.key)]
    return {
        "kind": wanted.kind,
        "name": wanted.key,
        "uid": wanted.uid,
        "declared": {name: {"value": value, "at": wanted.at(name)} for name, value in wanted.fields.items()},
        "needs": [f"{kind}/{key}" for kind, key in wanted.needs],
        "there": [{"id": item.id, "ours": world.owned(item), **item.fields, **item.status} for item in items],
        "would": [
            render.Line(step.action + (f" (not done: {step.blocked})" if step.blocked else "")).text
            for step in steps
            if isinstance(step, core.change.Change)
        ],
        "notes": [note.text for note in notes],
    }


def lines(one: dict[str, Any]) -> list[render.Line]:
    """Return the explanation as lines."""
    made = [render.Line(f"{render.called(one['kind'])} {one['name']}  (uid {one['uid']})", "bold")]
    made += [
        render.Line(f"  declared {name}: {core.change.readable(told['value'])}  {told['at']}")
        for name, told in sorted(one["declared"].items())
    ]
    made += [render.Line(f"  needs    {need}") for need in one["needs"]]
    for there in one["there"]:
        made.append(render.Line(f"  there    {there['id']} ({'ours' if there['ours'] else 'not ours'})"))
        made += [
            render.Line(f"    {name}: {core.change.readable(value)}")
            for name, value in sorted(there.items())
            if name not in {"id", "ours"} and value not in (None, "", [], {})
        ]
    made += [render.Line("  there    nothing", "yellow")] if not one["there"] else []
    made += [render.Line(f"  would    {would}", "yellow") for would in one["would"]]
    return made + [render.Line(f"  note     {note}", "yellow") for note in one["notes"]]
