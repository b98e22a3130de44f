"""``novaform status``: every declared instance, on the API and on its host. Exit 0 all as declared, 2 not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from novaform import core, output
from novaform.cli import option
from novaform.stack.status import NOT_ASKED

if TYPE_CHECKING:
    from novaform.stack.status import Instance

app = typer.Typer()
DIFFERS = 2
COLUMNS = ("name", "state", "host", "address", "libvirt", "console")
ALWAYS = frozenset({"name", "state"})
NOTHING = frozenset({"", NOT_ASKED})
COLOURS = {"active": "green", "error": "red", "absent": "red", "unknown": "magenta"}


@app.command()
def status(
    file: option.File = option.FILE,
    cloud: option.Cloud = None,
    inventory: option.Inventory = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    consoles: Annotated[bool, typer.Option("--consoles", help="Ask for addresses of consoles, too.")] = False,
    as_json: option.Json = False,
) -> int:
    """Show every declared instance, on the API and on its host.

    Exit status: 0 all are as declared, 2 not all, 1 an error.
    """
    from novaform.stack import status as room

    stack = option.open_stack(option.where(file, cloud, inventory, environment, var), {})
    instances = room.status(stack, consoles=consoles)
    if as_json:
        silent = stack.hosts.silent if stack.hosts is not None else {}
        output.answer(
            {"stack": stack.desired.stack, "instances": [one._asdict() for one in instances], "silent": silent}
        )
    else:
        table(stack.desired.stack, instances)
        for host, reason in (stack.hosts.silent if stack.hosts is not None else {}).items():
            output.complain(f"{host} does not answer: {core.text.clean_line(reason)}")
    return DIFFERS if any(one.notes for one in instances) else 0


def _row(one: Instance) -> dict[str, str]:
    """Return one instance's cells."""
    state = one.state + (f" ({one.task})" if one.task else "")
    return {
        "name": one.name,
        "state": state + ("" if one.state.startswith(one.wanted) else f" → {one.wanted}"),
        "host": one.host,
        "address": "\n".join([*one.addresses, *one.floating]),
        "libvirt": one.libvirt,
        "console": one.console,
    }


def table(stack: str, instances: list[Instance]) -> None:
    """Print a table, without columns that have nothing to say."""
    rows = [_row(one) for one in instances]
    shown = [name for name in COLUMNS if name in ALWAYS or any(one[name] not in NOTHING for one in rows)]
    cells = [
        [output.Cell(one[name], COLOURS.get(told.state, "") if name == "state" else "") for name in shown]
        for told, one in zip(instances, rows, strict=True)
    ]
    output.table(f"stack {stack}", shown, cells)
    for one in instances:
        for note in one.notes:
            output.line(f"{one.name}: {note}")
