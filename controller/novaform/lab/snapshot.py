"""A snapshot freezes what the hosts have written as a layer below a new, empty one: no time, no copy.

Both directions are written into the journal before the first file moves, and `finish` completes what a crash cut short.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from typing import TYPE_CHECKING

from novaform.lab import LabError, record

if TYPE_CHECKING:
    from novaform.lab.home import LabHome

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}")


def require_free(plan: record.LabRecord, lab: LabHome, snap: str) -> None:
    """Raise LabError unless the lab is whole and a snapshot can have this name."""
    if not _NAME.fullmatch(snap):
        raise LabError(f"{snap!r} cannot name a snapshot: use letters, digits, dots, dashes and underscores")
    if snap in plan.snapshots:
        raise LabError(f"lab {plan.name} has a snapshot {snap} already: choose another name")
    if not all(lab.host(host).made.exists() for host in plan.topology.hosts):
        raise LabError(f"lab {plan.name} was never up as a whole: run `novaform lab up` first")


def require_saved(plan: record.LabRecord, snap: str) -> None:
    """Raise LabError unless there is such a snapshot."""
    if snap not in plan.snapshots:
        raise LabError(f"lab {plan.name} has no snapshot {snap}; it has {', '.join(plan.snapshots) or 'none'}")


def save(plan: record.LabRecord, lab: LabHome, snap: str) -> record.LabRecord:
    """Freeze the writable layers of all hosts, none of which runs, and give the lab's new record."""
    return finish(_store(lab, dataclasses.replace(plan, saving=snap)), lab)


def restore(plan: record.LabRecord, lab: LabHome, snap: str) -> record.LabRecord:
    """Forget what all hosts, none of which runs, have written since, and give the lab's new record."""
    return finish(_store(lab, dataclasses.replace(plan, layers=plan.snapshots[snap], restoring=snap)), lab)


def finish(plan: record.LabRecord, lab: LabHome) -> record.LabRecord:
    """Complete a save or restore that was begun; without one, nothing happens."""
    if plan.saving is not None:
        layers = [plan.saving, *plan.layers]
        for host in plan.topology.hosts:
            _freeze(lab, plan.saving, host)
        snapshots = {**plan.snapshots, plan.saving: layers}
        return _store(lab, dataclasses.replace(plan, layers=layers, snapshots=snapshots, saving=None))
    if plan.restoring is not None:
        for host in plan.topology.hosts:
            _empty(lab, host)
        return _store(lab, dataclasses.replace(plan, restoring=None))
    return plan


def _freeze(lab: LabHome, snap: str, host: str) -> None:
    layer, upper = lab.layer(snap, host), lab.host(host).upper
    layer.parent.mkdir(parents=True, exist_ok=True)
    if not layer.exists():
        upper.rename(layer)
    upper.mkdir(exist_ok=True)
    upper.chmod(0o755)


def _empty(lab: LabHome, host: str) -> None:
    upper = lab.host(host).upper
    shutil.rmtree(upper, ignore_errors=True)
    upper.mkdir(exist_ok=True)
    upper.chmod(0o755)


def _store(lab: LabHome, plan: record.LabRecord) -> record.LabRecord:
    record.store(lab.record, plan)
    return plan
