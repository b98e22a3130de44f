"""The options that several commands share, said once."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from novaform import core
from novaform.cli import complete
from novaform.stack import stack

if TYPE_CHECKING:
    from collections.abc import Callable

Where = stack.Where
File = Annotated[Path, typer.Argument(metavar="FILE", help="The declaration.")]
FILE = Path("instances.yml")
FileOption = Annotated[Path, typer.Option("--file", "-f", help="The declaration.")]
Cloud = Annotated[
    str | None,
    typer.Option(
        "--cloud",
        help="The entry of clouds.yaml.",
        show_default="OS_CLOUD, or the only one",
        autocompletion=complete.clouds,
    ),
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
        autocompletion=complete.consequences,
    ),
]
Delete = Annotated[
    int | None,
    typer.Option(
        "--max-delete", min=0, help="How many servers may lose their disk.", show_default="a tenth, at least one"
    ),
]
Empty = Annotated[bool, typer.Option("--allow-empty", help="A declaration without servers may take them all away.")]
Shrink = Annotated[bool, typer.Option("--allow-shrink", help="More than half of the servers may go at once.")]
OnError = Annotated[
    str | None,
    typer.Option(
        metavar="WORD",
        help="What to do with a server that ran and is in ERROR: hold or reboot.",
        show_default=core.policy.HOLD,
        autocompletion=complete.on_error,
    ),
]
Heal = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CLASS",
        help=f"Which drift to repair by a reboot: {', '.join(core.policy.HEALED)} or none.",
        show_default=core.policy.POWER,
        autocompletion=complete.healable_classes,
    ),
]
Timeout = Annotated[int, typer.Option(min=1, help="Seconds that one action on a server may take.")]


def taking(**groups: Callable[..., Any]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command all options that each of these functions takes; it gets what they return, under their names here.

    So options that several commands share are said once, with their defaults, and shown by each command as its own.
    """

    def give(command: Callable[..., int]) -> Callable[..., int]:
        parts = {name: _parameters(make) for name, make in groups.items()}
        own = [one for one in _parameters(command) if one.name not in groups]

        @functools.wraps(command)
        def run(**told: Any) -> int:
            made = {
                name: make(**{one.name: told.pop(one.name) for one in parts[name]}) for name, make in groups.items()
            }
            return command(**made, **told)

        every = [one for part in parts.values() for one in part] + own
        run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined] # what typer makes the options of
        run.__annotations__ = {one.name: one.annotation for one in every}
        return run

    return give


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a function takes by name, with types in place of their names."""
    types = get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters.values()
    return [one.replace(annotation=types[one.name], kind=inspect.Parameter.KEYWORD_ONLY) for one in found]


def bounds(
    max_consequence: Consequence = None,
    max_delete: Delete = None,
    allow_empty: Empty = False,
    allow_shrink: Shrink = False,
    on_error: OnError = None,
    heal: Heal = None,
) -> dict[str, Any]:
    """Return how far a run may go, as far as that was said."""
    return _limits(
        max_consequence=max_consequence,
        max_delete=max_delete,
        allow_empty=allow_empty,
        allow_shrink=allow_shrink,
        on_error=on_error,
        heal=heal,
    )


def _limits(**given: Any) -> dict[str, Any]:
    """Return those limits that were given."""
    return {name: value for name, value in given.items() if value is not None and value is not False}


def open_stack(where: stack.Where, given: dict[str, Any]) -> stack.Stack:
    """Open the stack that a command is about."""
    return stack.Stack(where, core.policy.from_options(given))


def where(
    file: File = FILE,
    cloud: Cloud = None,
    inventory: Inventory = None,
    environment: Environment = None,
    var: Variables = None,
) -> stack.Where:
    """Return what the shared options say. Raises ``DeclareError`` for a variable without a value."""
    pairs = {}
    for one in var or ():
        name, sign, value = one.partition("=")
        if not sign:
            raise core.errors.DeclareError(f"--var {one}: write NAME=VALUE")
        pairs[name] = value
    return stack.Where(file, cloud, inventory, environment, pairs)
