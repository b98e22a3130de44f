"""``novaform simulate``: plan and apply on a cloud in memory, with faults. Exit 0 as declared, 2 not."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from novaform import output
from novaform.cli import complete, option
from novaform.simulate import accident, furnish, scenario, script
from novaform.simulate.script import Player

app = typer.Typer()
DIFFERS = 2
TURNS = 4
"""Runs that a controller that is killed, or that has something left, gets in all."""


def _faults(incomplete: str) -> list[str]:
    """Return the accidents that a shell may complete a word to."""
    return complete.fitting(accident.ACCIDENTS, incomplete)


@app.command()
def simulate(
    file: option.File = option.FILE,
    folder: Annotated[
        Path | None, typer.Option("--scenario", help="Play the commands of this folder instead of a declaration.")
    ] = None,
    environment: option.Environment = None,
    var: option.Variables = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same run.")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[@EFFECT]",
            help=f"Let this happen, at this effect: {', '.join(accident.ACCIDENTS)}.",
            autocompletion=_faults,
        ),
    ] = None,
    as_json: option.Json = False,
) -> int:
    """Try a declaration on a simulated cloud, with accidents, and see what apply makes of them.

    Exit status: 0 everything is as declared at the end, 2 not, 1 an error.
    """
    log: list[str] = []
    say = log.append if as_json else output.line
    if folder is not None:
        player = scenario.play(folder, say)
    else:
        where = option.where(file, None, None, environment, var)
        player = Player(Path(), say, seed)
        player.environment, player.variables = where.environment, where.variables or {}
        _try_declaration(file, fault or [], player)
    if as_json:
        report = player.decision.to_report() if player.decision is not None else None
        output.answer({"clean": player.clean, "log": log, "servers": player.rows(), "report": report})
    return 0 if player.clean else DIFFERS


def _try_declaration(file: Path, faults: list[str], player: Player) -> None:
    """Plan a declaration, and apply it until nothing is left or patience ends."""
    for one in faults:
        script.parse_fault(one)
    furnish.load_desired(file, player.environment, player.variables)  # what is wrong with it is this command's error
    name = shlex.quote(str(file))
    player.play([f"plan {name}", *(f"fault {one} times 5" for one in faults)])
    for turn in range(TURNS):
        if turn and player.clean:
            break
        player.play([*(["wait 40"] if turn else []), f"apply {name}"])
    player.play(["servers"])
