"""``novaform drift``: where declaration, Nova and hosts disagree. Exit 0 nowhere, 2 somewhere."""

from __future__ import annotations

from collections import Counter

import typer

from novaform import core, output
from novaform.cli import option
from novaform.stack.render import Line, kind_name

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
    """Show where the API, Placement, the hosts and the declaration disagree.

    Exit status: 0 nowhere, 2 somewhere, 1 an error. What on_change ignores is shown and does not count.
    """
    from novaform.stack import drift as room

    stack = option.open_stack(option.where(file, cloud, inventory, environment, var), {})
    found, placement = room.observe_drift(stack)
    if as_json:
        asked = {"hosts": inventory is not None, "placement": placement}
        output.answer({"stack": stack.desired.stack, "asked": asked, "drift": [one._asdict() for one in found]})
    else:
        output.lines(_lines(found))
        output.lines(_summary(found, hosts=inventory is not None, placement=placement))
    return DIFFERS if any(not one.ignored for one in found) else 0


def _lines(found: list[core.drift.Drift]) -> list[Line]:
    """Return one line for each disagreement."""
    made = []
    width = max((len(one.kind) for one in found), default=0)
    for one in found:
        repair = f"  → {one.repair}" if one.repair else ""
        host = f" on {one.host}" if one.host else ""
        place = f"  {one.origin}" if one.origin else ""
        text = f"{one.kind:{width}}  {kind_name(one.of)} {one.name}{host}: {one.text}{repair}{place}"
        made.append(Line(text, "dim" if one.ignored else "yellow"))
    return made


def _summary(found: list[core.drift.Drift], *, hosts: bool, placement: bool) -> list[Line]:
    """Return the last line: how much of which class, and who was not asked."""
    counts = Counter(one.kind for one in found if not one.ignored)
    ignored = sum(one.ignored for one in found)
    parts = [f"{number} {kind}" for kind, number in counts.items()] + ([f"{ignored} ignored"] if ignored else [])
    silent = ([] if hosts else ["hosts not asked: give -i"]) + ([] if placement else ["Placement not asked"])
    who = f" ({'; '.join(silent)})" if silent else ""
    told = f"Drift: {', '.join(parts)}" if counts else f"No drift{''.join(f', {part}' for part in parts)}"
    return [Line(f"{told}{who}.", "bold")]
