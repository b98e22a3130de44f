"""A stack on which the module ``instances`` acts through ansible-runner, with its progress told while it goes on."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from novaform import core
from novaform.clients import runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from novaform.stack.stack import Stack

STEPS = 4
"""Waits in the longest change of one thing."""


class Order(NamedTuple):
    """What is to be applied, and how. ``options`` are the module's own, without the files that are written here."""

    desired: core.desired.Desired
    options: Mapping[str, Any]
    approved: Sequence[core.change.Change] | None
    domains: Mapping[str, Sequence[Mapping[str, Any]]] | None = None


class Watcher(Protocol):
    """Who is told how the module gets on."""

    def hear(self, line: dict[str, Any]) -> None:
        """Take a line of the module's progress."""

    def say(self, text: str) -> None:
        """Take a sentence."""


class RunnerModule:
    """A declared stack whose steps the module takes, through ansible-runner.

    ``options`` are the module's. ``watch`` is told of how many steps, and returns who is told of them; ``build`` makes
    the built-in image at a path and returns the path.
    """

    def __init__(
        self,
        stack: Stack,
        options: Mapping[str, Any],
        watch: Callable[[int], AbstractContextManager[Watcher]],
        build: Callable[[Path, Callable[[str], None]], Path],
    ) -> None:
        self.stack = stack
        self.options = options
        self.watch = watch
        self.build = build

    def look(self) -> core.change.Decision:
        """Look at the cloud and decide."""
        return self.stack.look().decision

    def carry_out(self, steps: Sequence[core.change.Change], *, exactly: bool) -> dict[str, Any]:
        """Run the module in a process of its own."""
        with self.watch(len(steps)) as watcher:
            if any(step.kind == "image" and step.action in {"create", "replace"} for step in steps):
                self.stack.build_images(lambda path: self.build(path, watcher.say))
            hosts = self.stack.ask_hosts()
            guests = hosts.guests if hosts is not None else None
            options = self.stack.options(self.options)
            return _run(Order(self.stack.desired, options, steps if exactly else None, guests), watcher.hear)

    def ask_again(self) -> bool:
        """Forget what the hosts said."""
        self.stack.hosts = None
        return self.stack.where.inventory is not None


def _run(order: Order, hear: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run the module, and return its result. ``hear`` gets every line of progress. Raises ``ApplyError``."""
    with runner.folder() as private:
        files = _write_files(order, private)
        progress = private / runner.PROGRESS
        arguments = {**order.options, **files, "progress": str(progress), "leader": os.getpid()}
        arguments["stop"] = str(private / runner.STOP)
        over = threading.Event()
        listener = threading.Thread(target=runner.follow, args=(progress, hear, over.is_set), daemon=True)
        listener.start()
        try:
            return runner.run_here(private, "instances", arguments, _patience(order))
        finally:
            over.set()
            listener.join()


def _patience(order: Order) -> int:
    """Return the seconds after which a run cannot be right any more: as if everything waited, one after the other."""
    each = int(order.options.get("timeout") or 900)
    return 600 + STEPS * each * (1 + len(order.desired.wanted) + len(order.approved or ()))


def _write_files(order: Order, private: Path) -> dict[str, str]:
    """Write what the module reads, for nobody else's eyes, and return the paths by option."""
    texts = {
        "desired": order.desired.to_json(),
        "approved": None if order.approved is None else [change.to_json() for change in order.approved],
        "domains": order.domains,
    }
    files = {}
    for name, value in texts.items():
        if value is None:
            continue
        path = private / f"{name}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(value, default=core.hidden.seal))
        files[name] = str(path)
    return files
