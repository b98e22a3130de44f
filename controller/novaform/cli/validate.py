"""``novaform validate``: every mistake in a declaration, with its line, without looking at any cloud."""

from __future__ import annotations

import typer

from novaform import declare, output
from novaform.cli import option

app = typer.Typer()


def _to_words(section: str, count: int) -> str:
    """Return ``1 security group`` or ``2 servers``."""
    words = section.replace("_", " ")
    return f"{count} {words if count > 1 else words.removesuffix('s')}"


@app.command()
def validate(
    file: option.File = option.FILE,
    environment: option.Environment = None,
    var: option.Variables = None,
    as_json: option.Json = False,
) -> None:
    """Check a declaration and say everything that is wrong with it."""
    where = option.where(file, None, None, environment, var)
    found = declare.load(where.file, where.environment, where.variables)
    counts = {section: len(getattr(found, section)) for section in found._fields[1:10]}
    needed = [{"kind": each.kind, "name": each.name, "at": str(each.origin)} for each in found.external]
    if as_json:
        output.answer({"stack": found.stack, "digest": found.digest, **counts, "external": needed})
        return
    said = ", ".join(_to_words(section, count) for section, count in counts.items() if count)
    output.line(f"{file}: stack {found.stack}: {said or 'nothing'}")
    for each in needed:
        output.line(f"  must be in the cloud: {each['kind'].replace('_', ' ')} {each['name']} ({each['at']})")
