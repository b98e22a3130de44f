"""`novaform lab ...`: what a person asks of a lab, and how the answer looks; errors pass on to their door."""

from __future__ import annotations

import dataclasses
import os
from typing import Annotated

import typer

from novaform import output
from novaform.lab import home, host, lifecycle, machine, network, topology

app = typer.Typer(help="Real systemd hosts on this machine, to deploy on and to throw away.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The lab's name.")]
NameOption = Annotated[str | None, typer.Option("--name", help="The lab's name; the topology's when not given.")]
TopologyOption = Annotated[str, typer.Option("--topology", help="allinone, small, or a file ending in .yml.")]


@app.command()
def up(topology_name: TopologyOption = "allinone", name: NameOption = None) -> None:
    """Make a lab, or bring back what is missing of it."""
    place = _place()
    wanted = topology.load(topology_name)
    plan = lifecycle.up(place, name or wanted.name, wanted, output.say)
    output.say(f"lab {plan.name} is up; inventory: {place.lab(plan.name).inventory}/hosts.yml")


@app.command()
def down(name: Name = "allinone") -> None:
    """Remove a lab with everything that it made."""
    place = _place()
    lifecycle.down(place, name, output.say)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="The lab's name; all labs when not given.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how the hosts of a lab are: running, booting, stopped or killed."""
    place = _place()
    names = [name] if name else [lab.name for lab in place.labs() if lab.record.exists()]
    found = [lifecycle.observe(place, each) for each in names]
    labs = [
        {"lab": plan.name, "network": network.has_bridges(plan), "hosts": [dataclasses.asdict(one) for one in hosts]}
        for plan, hosts in found
    ]
    if as_json:
        output.answer(labs, indent=1)
        return
    rows = [
        (
            plan.name,
            one.name,
            one.address,
            one.state,
            str(one.pid or ""),
            "" if one.uptime is None else f"{one.uptime:.0f} s",
        )
        for plan, hosts in found
        for one in hosts
    ]
    columns = ("lab", "host", "address", "state", "pid", "uptime")
    output.table("", columns, ([output.Cell(text) for text in row] for row in rows))
    for content in labs:
        if not content["network"]:
            output.say(f"the network of lab {content['lab']} is missing: `novaform lab up` brings it back")


@app.command(context_settings={"ignore_unknown_options": True})
def ssh(
    name: Name,
    host_name: Annotated[str, typer.Argument(metavar="HOST", help="The host's name.")],
    words: Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND]", help="What to run there.")] = None,
) -> None:
    """Open a shell on a host, or run a command there and exit with its status."""
    place = _place()
    plan = lifecycle.load(place, name)
    argv = host.ssh_argv(plan, place.lab(name), lifecycle.require_host(plan, host_name))
    os.execvp(argv[0], [*argv, *(words or [])])  # noqa: S606 - no shell is what we want


@app.command()
def save(name: Name, snapshot: Annotated[str, typer.Argument(help="The snapshot's name.")]) -> None:
    """Stop a lab's hosts, keep their files under a name, and start them again."""
    place = _place()
    lifecycle.save(place, name, snapshot, output.say)


@app.command()
def restore(name: Name, snapshot: Annotated[str, typer.Argument(help="The snapshot's name.")]) -> None:
    """Put a lab's hosts back to a snapshot and start them."""
    place = _place()
    lifecycle.restore(place, name, snapshot, output.say)


@app.command()
def reboot(
    name: Name,
    hosts: Annotated[
        list[str] | None, typer.Argument(metavar="[HOST]...", help="All hosts when none is given.")
    ] = None,
) -> None:
    """Reboot hosts, all at once, and wait until they answer again."""
    place = _place()
    lifecycle.reboot(place, name, hosts or [], output.say)


def _place() -> home.Home:
    machine.require_root()
    return home.from_environment()
