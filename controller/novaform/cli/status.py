"""``novaform status``: every declared instance, on the API and on its host. Exit 0 all as declared, 2 not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from novaform.cli import option

if TYPE_CHECKING:
    from novaform.reconcile.status import Instance

app = typer.Typer()
DIFFERS = 2
UNBOUNDED = 1000
COLOURS = {"active": "green", "error": "red", "absent": "red", "unknown": "magenta"}


@app.command()
def status(
    file: option.File = option.FILE,
    cloud: option.Cloud = None,
    inventory: option.Inventory = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    consoles: Annotated[int, typer.Option(help="Ask for console addresses of at most so many instances.")] = 20,
    as_json: option.Json = False,
) -> int:
    """Show every declared instance, on the API and on its host."""
    from novaform.reconcile import status as room

    stack = option.opened(option.where(file, cloud, inventory, environment, var), {})
    instances = room.status(stack, consoles=consoles)
    if as_json:
        silent = stack.hosts.silent if stack.hosts is not None else {}
        option.answer(
            {"stack": stack.desired.stack, "instances": [one._asdict() for one in instances], "silent": silent}
        )
    else:
        table(stack.desired.stack, instances)
        for host, reason in (stack.hosts.silent if stack.hosts is not None else {}).items():
            typer.echo(f"{host} does not answer: {reason}", err=True)
    return DIFFERS if any(one.notes for one in instances) else 0


def table(stack: str, instances: list[Instance]) -> None:
    """Print a table."""
    from rich import box, console, text
    from rich.table import Table

    screen = console.Console()
    if not screen.is_terminal:
        screen.width = UNBOUNDED  # a program or a file has no edge at which an address must break
    made = Table(title=f"stack {stack}", box=box.SIMPLE, title_justify="left")
    for column in ("name", "state", "host", "address", "libvirt", "console"):
        made.add_column(column, overflow="fold")
    for one in instances:
        state = one.state + (f" ({one.task})" if one.task else "")
        state += "" if one.state.startswith(one.wanted) else f" → {one.wanted}"
        address = "\n".join([*one.addresses, *one.floating])
        cells = [one.name, state, one.host, address, one.libvirt, one.console]
        made.add_row(*(text.Text(cell, style=COLOURS.get(one.state, "") if cell is state else "") for cell in cells))
    screen.print(made)
    for one in instances:
        for note in one.notes:
            screen.print(text.Text(f"{one.name}: {note}"))
