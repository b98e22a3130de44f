"""``novaform site``: what an operator does for a site besides running its playbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from novaform import core, output
from novaform.site import directory, secret

app = typer.Typer(no_args_is_help=True)


@app.callback()
def site() -> None:
    """Make and complete the secrets of a site."""


def _given(path: Path | None) -> dict[str, str]:
    """Return the passwords that the operator brings, checked."""
    if path is None:
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise core.errors.Error(f"{path} cannot be read as YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict) or not all(isinstance(one, str) and one for one in found.values()):
        raise core.errors.DeclareError(f"{path}: must be a mapping of secrets' names to texts")
    unknown = sorted(set(found) - set(secret.needed()))
    if unknown:
        raise core.errors.DeclareError(
            f"{path}: no component needs {', '.join(unknown)}; known: {', '.join(secret.needed())}"
        )
    return found


@app.command()
def secrets(
    root: Annotated[Path, typer.Argument(metavar="DIR", help="The directory that holds hosts.yml.")],
    given: Annotated[
        Path | None, typer.Option("--given", metavar="FILE", help="YAML of passwords to use instead of generated ones.")
    ] = None,
) -> None:
    """Make the secrets a site lacks, in its vaulted file, and the files its OpenStack clients read."""
    inventory = root / "hosts.yml"
    if not inventory.exists():
        raise core.errors.Error(f"{inventory} is not there: `novaform init {root}` writes it")
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8")) or {}
    everything = tree.get("all", {})
    control = list(everything.get("children", {}).get("control", {}).get("hosts") or {})
    if not control:
        raise core.errors.Error(f"{inventory}: group control has no host")
    address = (everything.get("hosts", {}).get(control[0]) or {}).get("ansible_host", control[0])
    where = directory.SiteDirectory(root.absolute())
    directory.add_secrets(where, str(address), given=_given(given))
    output.say(f"{where.secrets} is complete")
