"""The words of the guest image on the command line: `novaform guest build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novaform import output as screen
from novaform.guest import image

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The guest image called tiny.")


@app.callback()
def about() -> None:
    """Make the guest image called tiny out of Debian packages."""


@app.command()
def build(
    output: Annotated[Path, typer.Option(help="The qcow2 file to make.")] = Path("images/tiny.qcow2"),
) -> None:
    """Build the image; says "unchanged" when the packages and the sources are those of the last time."""
    image.build(output, screen.say)
