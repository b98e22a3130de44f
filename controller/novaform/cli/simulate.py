"""``novaform simulate``: plan and apply on a cloud in memory, with faults. Exit 0 as declared, 2 not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from novaform import core
from novaform.cli import option
from novaform.simulate import accident, furnish, scenario
from novaform.simulate.play import Player

app = typer.Typer()
DIFFERS = 2
TURNS = 4
"""Runs that a controller that is killed, or that has something left, gets in all."""


@app.command()
def simulate(
    file: option.File = option.FILE,
    folder: Annotated[
        Path | None, typer.Option("--scenario", help="Play the commands of this folder instead of a declaration.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same run.")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[@EFFECT]", help=f"Let this happen, at this effect: {', '.join(accident.ACCIDENTS)}."
        ),
    ] = None,
    as_json: option.Json = False,
) -> int:
    """Try a declaration on a simulated cloud, with accidents, and see what apply makes of them."""
    log: list[str] = []
    say = log.append if as_json else write
    player = scenario.play(folder, say) if folder is not None else tried(file, fault or [], Player(Path(), say, seed))
    if as_json:
        report = player.decision.to_report() if player.decision is not None else None
        option.answer({"clean": player.clean, "log": log, "servers": player.rows(), "report": report})
    return 0 if player.clean else DIFFERS


def tried(file: Path, faults: list[str], player: Player) -> Player:
    """Plan a declaration, and apply it until nothing is left or patience ends."""
    if not file.is_file():
        raise core.errors.DeclareError(f"{file}: there is no such file")
    furnish.desired(file)  # what is wrong with it is this command's error, not a part of the log
    player.play([f"plan '{file}'", *(f"fault {one} times 5" for one in faults)])
    for turn in range(TURNS):
        if turn and player.clean:
            break
        player.play([*(["wait 40"] if turn else []), f"apply '{file}'"])
    player.play(["servers"])
    return player


def write(line: str) -> None:
    """Print a line, without anything that could command a terminal."""
    sys.stdout.write("".join(letter if letter.isprintable() else "�" for letter in line) + "\n")
