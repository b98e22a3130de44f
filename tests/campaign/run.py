#!/usr/bin/env python3
"""Thousands of seeded trials in the simulated cloud; the gate runs a few hundred of the same.

tests/campaign/run.py [--runs 10000] [--blind 1000] [--seed 1] [--first 0] [--story NAME]...
Exit 1 where one goes wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from fakes import campaign, story, trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.trial import Verdict


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seeded trials in the simulated cloud.")
    parser.add_argument("--runs", type=int, default=10_000, help="trials with crashes and lost answers")
    parser.add_argument("--blind", type=int, default=1_000, help="runs that cannot see everything")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first trial")
    parser.add_argument("--story", action="append", help="only this story, by its name")
    return parser.parse_args()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def follow(name: str, verdicts: Iterator[Verdict], *, blindly: bool) -> int:
    """Print what goes wrong with the command that shows it again, and the sums; return how many went wrong."""
    began, wrong, number, runs, killed = time.monotonic(), 0, 0, 0, 0
    for verdict in verdicts:
        number, runs, killed = number + 1, runs + verdict.runs, killed + verdict.killed
        if verdict.problems:
            wrong += 1
            again = campaign.reproduced(verdict, blindly=blindly)
            say(f"{verdict.story}, {', '.join(verdict.accidents)}: tests/campaign/run.py {again}")
            say("\n".join(f"    {problem}" for problem in verdict.problems))
        if number % 1000 == 0:
            say(f"{name}: {number}, {wrong} wrong, {time.monotonic() - began:.0f} s")
    say(f"{name}: {number} trials, {runs} runs, {killed} killed, {wrong} wrong, {time.monotonic() - began:.0f} s")
    return wrong


def main() -> int:
    given = options()
    stages = [trial.staged(one) for one in story.stories() if not given.story or one.name in given.story]
    numbers, blind = (range(given.first, given.first + count) for count in (given.runs, given.blind))
    wrong = follow("crashes and lost answers", campaign.crashed(stages, given.seed, numbers), blindly=False)
    wrong += follow("partial looks", campaign.blinded(stages, given.seed, blind), blindly=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
