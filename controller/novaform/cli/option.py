"""The options that several commands share, said once."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from novaform import core
from novaform.reconcile import stack

File = Annotated[Path, typer.Argument(metavar="[FILE]", help="The declaration.")]
FILE = Path("instances.yml")
FileOption = Annotated[Path, typer.Option("--file", "-f", help="The declaration.")]
Cloud = Annotated[
    str | None, typer.Option("--cloud", help="The entry of clouds.yaml.  [default: OS_CLOUD, or the only one]")
]
Inventory = Annotated[
    Path | None, typer.Option("--inventory", "-i", help="The site's inventory: ask libvirt on its compute hosts, too.")
]
Environment = Annotated[str | None, typer.Option("--environment", "-e", help="One of the declaration's environments.")]
Variables = Annotated[list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="Set a variable.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Consequence = Annotated[
    str | None,
    typer.Option(
        "--max-consequence",
        metavar="WORD",
        help=f"Do nothing graver than one of: {', '.join(core.consequence.LADDER)}.",
    ),
]
Delete = Annotated[
    int | None,
    typer.Option("--max-delete", help="How many servers may lose their disk.  [default: a tenth, at least one]"),
]
Empty = Annotated[bool, typer.Option("--allow-empty", help="A declaration without servers may take them all away.")]
Shrink = Annotated[bool, typer.Option("--allow-shrink", help="More than half of the servers may go at once.")]
OnError = Annotated[str | None, typer.Option(help="What to do with a server that ran and is in ERROR: hold or reboot.")]

Heal = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CLASS",
        help=f"Which drift to repair by a reboot: {', '.join(core.policy.HEALED)} or none.  [default: power]",
    ),
]


def declared_servers(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the servers that a shell may complete a word to; none where the declaration cannot be read."""
    return [name for name in declared_things(ctx, incomplete) if "/" not in name]


def declared_things(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the servers by their keys, and what they need as ``network/private``."""
    with contextlib.suppress(core.errors.Error):
        desired = core.declared.from_declaration(stack.load(stack.Where(Path(ctx.params.get("file") or FILE))))
        names = [one.key if one.kind == "server" else f"{one.kind}/{one.key}" for one in desired.wanted]
        return [name for name in names if name.startswith(incomplete)]
    return []


def limits(**given: Any) -> dict[str, Any]:
    """Return those limits that were given."""
    return {name: value for name, value in given.items() if value is not None and value is not False}


def opened(where: stack.Where, given: dict[str, Any]) -> stack.Stack:
    """Open the stack that a command is about."""
    return stack.Stack(where, core.policy.from_options(given))


def where(
    file: Path, cloud: str | None, inventory: Path | None, environment: str | None, variables: list[str] | None
) -> stack.Where:
    """Return what the shared options say. Raises ``DeclareError`` for a variable without a value."""
    pairs = {}
    for one in variables or ():
        name, sign, value = one.partition("=")
        if not sign:
            raise core.errors.DeclareError(f"--var {one}: write NAME=VALUE")
        pairs[name] = value
    return stack.Where(file, cloud, inventory, environment, pairs)


def answer(value: Any) -> None:
    """Print JSON."""
    sys.stdout.write(json.dumps(value, default=str) + "\n")
