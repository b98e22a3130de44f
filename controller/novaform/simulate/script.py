"""Commands, one after the other, on a simulated cloud, and a log that an operator can read.

``plan|apply|drift FILE [--max-delete N] [--max-consequence WORD] [--allow-empty] [--allow-shrink]``,
``fault NAME[@EFFECT] [times N]``, ``calm`` (ends all faults), ``hand VERB WORDS``, ``wait SECONDS``, ``lock`` and
``unlock`` (another controller is at work), ``servers`` (a table).
"""

from __future__ import annotations

import random
import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.cloud import lock
from novaform.stack import drift, render

from . import accident, end, fault, furnish, simulation
from . import tamper as hand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SERVICES = {"/compute/v2.1": "nova ", "/network/v2.0": "neutron ", "/image/v2": "glance ", "/identity/v3": "keystone "}
FLAGS = {"--allow-empty": True, "--allow-shrink": True}
NUMBERS = frozenset({"--max-delete"})


class Player:
    """Carries out commands. ``say`` gets every line of the log; ``folder`` is where declarations are."""

    def __init__(self, folder: Path, say: Callable[[str], None], seed: int = 0) -> None:
        self.folder = folder
        self.say = say
        self.world = simulation.Simulation(seed)
        self.world.asks_hosts = True
        self.chance = random.Random(seed)  # noqa: S311 - the same seed must make the same run
        self.held = ExitStack()
        self.began = self.world.cloud.now
        self.clean = True
        self.decision: core.change.Decision | None = None
        self.environment: str | None = None
        self.variables: Mapping[str, str] = {}

    def play(self, commands: Sequence[str]) -> None:
        """Carry out all commands. Raises ``DeclareError`` for one that is none."""
        for command in commands:
            words = shlex.split(command, comments=True)
            if not words:
                continue
            self.say(f"> {' '.join(words)}")
            if words[0] not in VERBS:
                raise core.errors.DeclareError(f"{words[0]} is not a command; known are: {', '.join(VERBS)}")
            VERBS[words[0]](self, words[1:])
        self.held.close()

    def load(self, words: Sequence[str]) -> tuple[core.desired.Desired, dict[str, Any]]:
        """Return the declaration and the limits that a command names."""
        if not words:
            raise core.errors.DeclareError("a command needs the name of a file: plan|apply|drift FILE")
        wanted = furnish.load_desired(self.folder / words[0], self.environment, self.variables)
        furnish.furnish(self.world.cloud, wanted)
        return wanted, _limits(words[1:])

    def plan(self, words: Sequence[str]) -> None:
        """Say what would be done."""
        self.guard(self.run_plan, words)

    def run_plan(self, words: Sequence[str]) -> None:
        """Plan."""
        wanted, given = self.load(words)
        self.decide(self.world.plan(wanted, **given))

    def decide(self, decision: core.change.Decision) -> None:
        """Tell of a decision."""
        self.clean, self.decision = decision.clean, decision
        for line in render.render(decision):
            self.say(f"  {line.text}".replace(f"{self.folder}/", ""))

    def apply(self, words: Sequence[str]) -> None:
        """Do it, and say what was done and what is left."""
        self.guard(self.run_apply, words)

    def run_apply(self, words: Sequence[str]) -> None:
        """Apply."""
        wanted, given = self.load(words)
        try:
            outcomes = self.world.apply(wanted, **given)["outcomes"]
        except core.errors.ApplyError as error:
            if "outcomes" not in error.details:
                raise
            outcomes = error.details["outcomes"]
        self.tell_history()
        for one in outcomes:
            if one["outcome"] != core.change.DONE:
                self.say(f"  {one['outcome']}: {one['action']} {one['kind']} {one['name']}: {one['why']}")
        self.decide(self.world.plan(wanted, **given))

    def guard(self, work: Callable[[Sequence[str]], None], words: Sequence[str]) -> None:
        """Do something that may be killed, or refuse."""
        self.world.cloud.history.clear()
        try:
            work(words)
        except fault.Killed:
            self.tell_history()
            self.clean = False
            self.say("  the controller is dead")
        except core.errors.Error as error:
            self.tell_history()
            self.clean = False
            text = str(error).replace(f"{self.folder}/", "").replace(f"{self.world.folder}/", "")
            for line in text.splitlines():
                self.say(f"  refused: {line}")

    def tell_history(self) -> None:
        """Tell of all requests that changed something, and of all that had an accident."""
        last, times = "", 0
        for when, text, happened in self.world.cloud.history:
            if text.startswith(fault.JOURNAL) and not happened:
                continue
            line = _shorten(text) + (f"  <- {happened}" if happened else "")
            line = line.replace("not carried out, no answer", "the disk is full") if fault.JOURNAL in text else line
            times = times + 1 if line == last else 1
            if times <= 3:
                self.say(f"  {when - self.began:7.1f} s  {line}" + ("  (and so on)" if times == 3 else ""))
            last = line
        self.world.cloud.history.clear()

    def drift(self, words: Sequence[str]) -> None:
        """Say where declaration, Nova and the hosts disagree."""
        wanted, given = self.load(words)
        run = self.world.run(wanted, **given)
        found, _ = drift.classify_look(run.plan(), run.session)
        for one in found:
            where = f" on {one.host}" if one.host else ""
            repair = f" (repair: {one.repair})" if one.repair else ""
            self.say(f"  {one.kind} {render.kind_name(one.of)} {one.name}{where}: {one.text}{repair}")
        self.clean = all(one.ignored for one in found)
        if not found:
            self.say("  no drift")

    def fault(self, words: Sequence[str]) -> None:
        """Arrange an accident."""
        name, at = parse_fault(words[0])
        number = len(self.world.cloud.effects) + at
        long = int(words[2]) if words[1:2] == ["times"] else 1
        place = accident.Place(self.world.cloud, number, long, self.chance)
        self.world.cloud.faults.append(accident.ACCIDENTS[name](place))

    def calm(self, _: Sequence[str]) -> None:
        """End all faults."""
        accident.end_all(self.world.cloud)

    def hand(self, words: Sequence[str]) -> None:
        """Do something behind the controller's back."""
        if words[0] not in hand.HANDS:
            raise core.errors.DeclareError(f"{words[0]} is nothing done by hand; known are: {', '.join(hand.HANDS)}")
        hand.HANDS[words[0]](self.world.cloud, *words[1:])

    def wait(self, words: Sequence[str]) -> None:
        """Let time pass."""
        self.world.cloud.sleep(float(words[0]))

    def lock(self, _: Sequence[str]) -> None:
        """Let another controller hold the stack."""
        self.held.enter_context(lock.alone(self.world.folder))

    def unlock(self, _: Sequence[str]) -> None:
        """Let the other controller go."""
        self.held.close()

    def servers(self, _: Sequence[str]) -> None:
        """Show all servers."""
        for line in _table(self.rows()):
            self.say(f"  {line}".rstrip())
        twins, leaks = end.twins(self.world.cloud), end.leaks(self.world.cloud)
        self.say(f"  twins: {', '.join(twins) or 'none'}; leaked: {', '.join(leaks) or 'nothing'}")

    def rows(self) -> list[dict[str, str]]:
        """Return all servers as rows of a table."""
        cloud = self.world.cloud
        cloud.nova.ripen()
        return [
            {
                "name": one["name"],
                "state": one["vm_state"] + (f" ({one['task_state']})" if one["task_state"] else ""),
                "host": one["host"] or "",
                "flavor": one["flavor"]["name"],
                "image": cloud.names.get(one["image"]) or one["image"],
                "ours": "yes" if end.uid(one) else "no",
            }
            for one in sorted(cloud.nova.servers.values(), key=lambda one: (one["name"], one["id"]))
        ]


VERBS: dict[str, Callable[[Player, Sequence[str]], None]] = {
    name: getattr(Player, name)
    for name in ("plan", "apply", "drift", "fault", "calm", "hand", "wait", "lock", "unlock", "servers")
}


def parse_fault(word: str) -> tuple[str, int]:
    """Return the name of a fault and at which effect it comes. Raises ``DeclareError`` where there is none such."""
    name, _, at = word.partition("@")
    if name not in accident.ACCIDENTS:
        raise core.errors.DeclareError(f"{name} is not a fault; known are: {', '.join(accident.ACCIDENTS)}")
    if not (at or "1").isdigit():
        raise core.errors.DeclareError(f"{word}: write NAME@NUMBER, the number of an effect from now on")
    return name, int(at or 1)


def _limits(words: Sequence[str]) -> dict[str, Any]:
    """Return the limits of a command's options."""
    given: dict[str, Any] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name = word.removeprefix("--").replace("-", "_")
        if name not in core.policy.Policy._fields or (word not in FLAGS and not left):
            raise core.errors.DeclareError(f"{word} is not an option of this command")
        given[name] = FLAGS[word] if word in FLAGS else left.pop(0)
        if word in NUMBERS:
            given[name] = int(given[name])
    return given


def _shorten(text: str) -> str:
    """Return an effect as people read it: the service's name in place of its address."""
    for path, service in SERVICES.items():
        text = text.replace(f"{path}/", service)
    return text


def _table(rows: Sequence[dict[str, str]]) -> list[str]:
    """Return rows as lines with columns."""
    if not rows:
        return ["no servers"]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    head = {name: name.upper() for name in rows[0]}
    return ["  ".join(row[name].ljust(width) for name, width in widths.items()) for row in [head, *rows]]
