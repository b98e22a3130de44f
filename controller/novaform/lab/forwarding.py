"""Labs need the machine to forward packets; the last lab to go puts the setting back as the first one found it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from novaform.lab import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

# One place for all homes of labs on the machine. It goes away at a reboot, and so does the setting that it remembers.
_PLACE = Path("/run/novaform-lab")
_RECORD = _PLACE / "forwarding.json"
_SETTING = Path("/proc/sys/net/ipv4/ip_forward")


@contextlib.contextmanager
def machine_lock() -> Iterator[None]:
    """Hold what all labs of the machine share: the choice of names and ranges, and the forwarding setting."""
    with lock.hold(_PLACE / "lock", "the machine's network", patience=30.0):
        yield


def enable(lab: Path) -> None:
    """Forward packets on behalf of a lab; call it under machine_lock."""
    before, labs = _load()
    _store(before, {*labs, str(lab)})
    if not labs or _SETTING.read_text(encoding="ascii").strip() != "1":
        _SETTING.write_text("1", encoding="ascii")


def release(lab: Path) -> None:
    """Give a lab's claim up and, when it was the last, restore the setting; call it under machine_lock."""
    before, labs = _load()
    remaining = {other for other in labs if other != str(lab) and Path(other).exists()}
    if remaining:
        _store(before, remaining)
        return
    if _RECORD.exists():
        if _SETTING.read_text(encoding="ascii").strip() != before:
            _SETTING.write_text(before, encoding="ascii")
        _RECORD.unlink()
    (_PLACE / "lock").unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # somebody else is waiting for the lock: the directory is theirs now
        _PLACE.rmdir()


def _load() -> tuple[str, set[str]]:
    try:
        content = json.loads(_RECORD.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _SETTING.read_text(encoding="ascii").strip(), set()
    return content["before"], set(content["labs"])


def _store(before: str, labs: set[str]) -> None:
    fresh = _RECORD.with_suffix(".new")
    fresh.write_text(json.dumps({"before": before, "labs": sorted(labs)}), encoding="utf-8")
    fresh.replace(_RECORD)
