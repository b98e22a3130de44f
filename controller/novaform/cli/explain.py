"""``novaform explain NAME``: what is known of one thing, why it is or is not touched, and on what it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novaform import core, output
from novaform.cli import complete, option
from novaform.stack import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

app = typer.Typer()
HIDDEN = frozenset({"id", "nics", "ours", "wrong"})
NOTHING: tuple[Any, ...] = (None, "", [], {})


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="What to explain: web-1, web, or network/private.",
            autocompletion=complete.declared_things,
        ),
    ],
    file: option.File = option.FILE,
    cloud: option.Cloud = None,
    inventory: option.Inventory = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    as_json: option.Json = False,
) -> int:
    """Say everything that is known of one thing, what would be done about it, and on what it waits."""
    from novaform.stack import explain as room

    stack = option.open_stack(option.where(file, cloud, inventory, environment, var), {})
    found = room.explain(stack, name)
    if as_json:
        output.answer(found)
    else:
        output.lines(line for one in found for line in _lines(one))
    return 0


def _lines(one: Mapping[str, Any]) -> Iterator[render.Line]:
    """Yield the explanation of one thing."""
    place = f"  {one['at']}" if one["at"] else "  (nobody declares it)"
    yield render.Line(f"{render.kind_name(one['kind'])} {one['name']}{place}", "bold")
    for name, told in sorted(one["declared"].items()):
        where = f"  {told['at']}" if told["at"] != one["at"] else ""
        yield render.Line(f"  declared  {name}: {core.change.readable(told['value'])}{where}")
    for need in one["needs"]:
        yield render.Line(f"  needs     {need['thing']}: {need['is']}", "" if need["is"] == "there" else "yellow")
    for there in one["there"]:
        yield render.Line(f"  there     {there['id']} ({'ours' if there['ours'] else 'not ours'})")
        for name, value in sorted(there.items()):
            if name not in HIDDEN and value not in NOTHING:
                yield render.Line(f"              {name}: {core.change.readable(value)}")
        for wrong in there.get("wrong") or ():
            yield render.Line(f"              at its host {wrong}", "yellow")
    if not one["there"]:
        yield render.Line("  there     nothing", "yellow")
    yield from _outcome(one)


def _outcome(one: Mapping[str, Any]) -> Iterator[render.Line]:
    """Yield what would be done, or why nothing is."""
    for step in core.change.changes_from_json(one["steps"]):
        first, *rest = render.render_step(step, wide=False)
        yield first._replace(text=f"  would     {first.text}")
        yield from (line._replace(text=f"        {line.text}") for line in rest)
    for note in one["notes"]:
        kind = "waits on  " if note in one["waits"] else "note      "
        yield render.Line(f"  {kind}{note}", "yellow")
    if not one["steps"] and not one["notes"]:
        yield render.Line("  nothing to do: it is as declared", "green")
