"""``novaform export``: write a declaration of the servers that are there, however they were made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novaform import cloud as doors
from novaform import core, declare, output
from novaform.cli import option
from novaform.declare.form import scalar
from novaform.stack import export as exporting
from novaform.stack import exported_server, render

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer()
NAME = "instances.yml"


@app.command()
def export(
    cloud: option.Cloud = None,
    server: Annotated[
        list[str] | None, typer.Option(help="A server's name or id; again for more.", show_default="all")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Declare the flavors and key pairs they use, too.")] = False,
    out: Annotated[Path, typer.Option(help="The file, or a folder for it.")] = option.FILE,
    stack: Annotated[str | None, typer.Option(help="The stack's name.", show_default="the project's")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    as_json: option.Json = False,
) -> None:
    """Write a declaration of the servers that are there, however they were made."""
    if stack is not None and not exported_server.fits(scalar.Name(32), stack):
        raise core.errors.DeclareError(f"--stack {stack} is not a name: letters, digits, '.', '_' and '-', at most 32")
    session = doors.session.Session(doors.credential.load(cloud))
    made = exporting.export(session, stack or exporting.stack_name(session), server or (), everything=everything)
    file = out / NAME if out.is_dir() else out
    write(file, made, force=force)
    declare.load(file)
    if as_json:
        paths = [str(file.parent / name) for name in made.files]
        output.answer({"file": str(file), "files": paths, "instances": made.keys, "left_out": made.left_out})
        return
    output.say(f"{file}: {len(made.keys)} instances, {len(made.files)} files of user data.")
    output.lines(render.Line(f"! {key}: {text}", "yellow") for key, texts in made.left_out.items() for text in texts)


def write(file: Path, made: exporting.Export, *, force: bool) -> None:
    """Write all files or none. Raises ``DeclareError`` where one is there already, or cannot be written."""
    texts = {file: made.declaration, **{file.parent / name: text for name, text in made.files.items()}}
    there = [str(path) for path in texts if path.exists()]
    if there and not force:
        raise core.errors.DeclareError(
            f"{', '.join(there[:3])} is there already: --force writes over it, --out elsewhere"
        )
    try:
        _write_all(texts)
    except OSError as error:
        raise core.errors.DeclareError(f"{error.filename}: cannot be written ({error.strerror})") from error


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write each file beside its place and then put it there; user data may hold secrets, so all are ours alone."""
    halves = []
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.half")
        half.touch(mode=0o600)
        half.write_bytes(text.encode())
        halves.append((half, path))
    for half, path in halves:
        half.replace(path)
