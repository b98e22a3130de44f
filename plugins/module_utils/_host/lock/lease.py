"""The site's lease on its control host: taken when a run looks, kept while it writes, let go of at its end."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError
from ..._site.decide import lease as decision
from . import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._site.decide import fence

PATH = "/run/novaform.lease"


def take(asking: Mapping[str, Any], *, busy: bool, path: str = PATH) -> dict[str, Any]:
    """Take the lease for a run, and return ``{epoch: int | None, holder, said}``; without an epoch it is another's.

    ``busy`` is whether a run writes on this host now.
    """
    asker = decision.to_asker(asking)
    now = decision.Moment(time.monotonic(), time.time(), time.strftime("%H:%M:%S"), busy)
    with note.alone(path) as kept:
        answer = decision.decide(decision.from_json(kept.value), asker, now)
        if answer.lease is not None:
            kept.write(answer.lease.to_json())
    return {"epoch": answer.lease.epoch if answer.lease else None, "holder": asker.holder, "said": answer.said}


def renew(run: fence.SiteRun, path: str = PATH) -> None:
    """Give the run that holds the lease more time; where there is no lease, on other hosts, do nothing.

    Raises ``ObserveError`` when a newer run has it.
    """
    if not os.path.exists(path):
        return
    with note.alone(path) as kept:
        answer = decision.renew(decision.from_json(kept.value), run, time.monotonic())
        if answer.said:
            raise ObserveError(answer.said)
        if answer.lease is not None:
            kept.write(answer.lease.to_json())


def release(run: fence.SiteRun, path: str = PATH) -> None:
    """Let go of the lease if this run has it."""
    with note.alone(path) as kept:
        left = decision.release(decision.from_json(kept.value), run)
        if left is not None:
            kept.write(left.to_json())
