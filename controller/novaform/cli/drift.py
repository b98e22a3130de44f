"""``novaform drift``: where declaration, Nova and hosts disagree. Exit 0 nowhere, 2 somewhere."""

from __future__ import annotations

import typer

from novaform import core
from novaform.cli import option, show
from novaform.plan.render import Line

app = typer.Typer()
DIFFERS = 2


@app.command()
def drift(
    file: option.File = option.FILE,
    cloud: option.Cloud = None,
    inventory: option.Inventory = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    as_json: option.Json = False,
) -> int:
    """Show where the API, the hosts and the declaration disagree."""
    from novaform.reconcile import drift as room

    stack = option.opened(option.where(file, cloud, inventory, environment, var), {})
    found = room.observe_drift(stack)
    if as_json:
        option.answer({"stack": stack.desired.stack, "drift": [one._asdict() for one in found]})
    else:
        show.show(lines(found, asked=inventory is not None))
    return DIFFERS if found else 0


def lines(found: list[core.drift.Drift], *, asked: bool) -> list[Line]:
    """Return one line for each disagreement."""
    made = []
    for one in found:
        repair = f"  → {one.repair}" if one.repair else ""
        host = f" on {one.host}" if one.host else ""
        place = f"  {one.origin}" if one.origin else ""
        made.append(Line(f"{one.kind:15} {one.name}{host}: {one.text}{repair}{place}", "yellow"))
    who = "declaration, Nova and hosts agree" if asked else "declaration and Nova agree (hosts not asked: give -i)"
    return made or [Line(f"No drift: {who}.", "bold")]
