"""``novaform schema``: what an editor needs to complete and check a declaration while it is typed."""

from __future__ import annotations

import typer

from novaform import output

app = typer.Typer()


@app.command()
def schema() -> None:
    """Print the JSON schema of instances.yml for editors."""
    from novaform.declare import instances
    from novaform.declare.schema import to_schema

    output.answer(to_schema(instances.STACK, "instances.yml"), indent=2)
