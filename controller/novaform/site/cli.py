"""``novaform site``: what an operator does for a site besides running its playbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novaform import core, output
from novaform.declare import document
from novaform.declare.form import disk
from novaform.site import directory, secret, trial

MOST = 20

app = typer.Typer(no_args_is_help=True)


@app.callback()
def site() -> None:
    """Make and complete the secrets of a site, and try its cloud out."""


def _load_given(path: Path | None) -> dict[str, str]:
    """Return the passwords that the operator brings, checked. No sentence holds a name or a value of the file."""
    if path is None:
        return {}
    found = document.read(path)
    known, needed = found.mapping(), secret.needed_names()
    wrong = [f"{found.where(name)}: must be a text: put it into quotes" for name in known if not _is_text(known[name])]
    wrong += [f"{found.where(name)}: no component needs this name" for name in known if name not in needed]
    if wrong:
        raise core.errors.DeclareError("\n".join([*wrong[:MOST], f"known names: {', '.join(needed)}"]))
    return known


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _control_address(root: Path) -> str:
    """Return where clients reach the control host, from hosts.yml and cloud.yml. Raises ``DeclareError``."""
    path = root / "hosts.yml"
    found = document.read(path, directory.INVENTORY_TAGS)
    hosts = found.mapping("all", "children", "control", "hosts") or {}
    if not hosts:
        raise core.errors.DeclareError(f"{found.where('all', 'children', 'control')}: group control has no host")
    name = next(iter(hosts))
    there, here = (found.mapping("all", *way, "hosts", name) for way in ((), ("children", "control")))
    variables = {**there, **here}
    address = directory.read_cloud(directory.SiteDirectory(root)).get("address")
    address = address or variables.get("address") or variables.get("ansible_host") or name
    wrong = core.site_setting.address(address)
    if wrong:
        raise core.errors.DeclareError(f"{found.where('all', 'hosts', name)}: the control host's address {wrong}")
    return str(address)


@app.command()
def secrets(
    root: Annotated[Path, typer.Argument(metavar="DIR", help="The directory that holds hosts.yml.")],
    given: Annotated[
        Path | None, typer.Option("--given", metavar="FILE", help="YAML of passwords to use instead of generated ones.")
    ] = None,
) -> None:
    """Make the secrets a site lacks, in its vaulted file, and the files its OpenStack clients read."""
    inventory = root / "hosts.yml"
    if not disk.is_there(inventory):
        raise core.errors.Error(f"{inventory} is not there: `novaform init {root}` writes it")
    address = _control_address(root)
    given_values = _load_given(given)
    where = directory.SiteDirectory(root.absolute())
    directory.add_secrets(where, address, given=given_values)
    output.say(f"{where.secrets} is complete")


@app.command()
def verify(
    root: Annotated[Path, typer.Argument(metavar="DIR", help="The directory that holds hosts.yml.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
) -> int:
    """Boot a server on every compute host, ping it, move it live, and take it away again.

    Exit status: 0 all hosts are good, 1 not all, or an error.
    """
    rows = trial.verify(root / "hosts.yml", output.complain)
    if as_json:
        output.answer({"hosts": rows}, indent=1)
    else:
        output.say(core.verify.render_table(rows))
    return 0 if all(row["ok"] for row in rows.values()) else 1
