"""One run of the module ``instances`` for a whole stack, with its progress told while it goes on."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core
from novaform.clients import runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


STEPS = 4
"""Waits in the longest change of one thing."""


class Order(NamedTuple):
    """What is to be applied, and how. ``options`` are the module's own, without the files that are written here."""

    desired: core.desired.Desired
    options: Mapping[str, Any]
    approved: Sequence[core.change.Change] | None
    domains: Mapping[str, Sequence[Mapping[str, Any]]] | None = None


def apply(order: Order, hear: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Apply, and return the module's result. ``hear`` gets every line of progress. Raises ``ApplyError``."""
    with runner.folder() as private:
        files = written(order, private)
        progress = private / runner.PROGRESS
        arguments = {**order.options, **files, "progress": str(progress), "leader": os.getpid()}
        arguments["stop"] = str(private / runner.STOP)
        over = threading.Event()
        listener = threading.Thread(target=runner.follow, args=(progress, hear, over.is_set), daemon=True)
        listener.start()
        try:
            return runner.run_here(private, "instances", arguments, patience(order))
        finally:
            over.set()
            listener.join()


def patience(order: Order) -> int:
    """Return the seconds after which a run cannot be right any more: as if everything waited, one after the other."""
    each = int(order.options.get("timeout") or 900)
    return 600 + STEPS * each * (1 + len(order.desired.wanted) + len(order.approved or ()))


def written(order: Order, private: Path) -> dict[str, str]:
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
