"""systemd, asked once for all units, and its journal, for the last words of one that failed."""

from __future__ import annotations

import glob
import os
import re
from typing import TYPE_CHECKING

from ..._core import secret
from ..._core.errors import ObserveError
from . import command
from .content import read_proc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TAIL = 65536
COMPLAINT = re.compile(
    r" (?:ERROR|CRITICAL) [\w.]+ (?:\[.*?\] )?[\w.]*(?:Error|Exception|Unauthorized|Failure|Timeout)\b"
)
LOUD = re.compile(r" (?:ERROR|CRITICAL) [\w.]+ \[[^\]]*\] \S")
PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "NeedDaemonReload",
    "Result",
    "Type",
    "RemainAfterExit",
    "NRestarts",
    "ExecMainStatus",
    "ActiveEnterTimestampMonotonic",
    "MainPID",
)


def show(units: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return ``{unit: {property: value}}`` for the names as they were asked for."""
    if not units:
        return {}
    answer = command.ask(["systemctl", "show", f"--property={','.join(PROPERTIES)}", "--", *units])
    if answer.status:
        raise ObserveError(f"systemd cannot be asked: {answer.said}")
    blocks = [
        dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in answer.out.split("\n\n")
    ]
    found = [block for block in blocks if block]
    if len(found) != len(units):
        raise ObserveError(f"systemd answered for {len(found)} units when asked for {len(units)}: {', '.join(units)}")
    return dict(zip(units, found))


def stopped_units(states: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return ``{unit: why}`` for the units of which a process is stopped in its tracks: systemd takes it for active."""
    frozen = [pid for pid in os.listdir("/proc") if pid.isdigit() and _state(pid) == "T"]
    groups = {read_proc(f"/proc/{pid}/cgroup") or pid: pid for pid in frozen}
    found = {}
    for unit, state in states.items() if groups else ():
        pid = groups.get(read_proc(f"/proc/{state.get('MainPID') or '0'}/cgroup"))
        if pid:
            found[unit] = f"its process {pid} is stopped and answers nobody"
    return found


def _state(pid: str) -> str:
    """Return the letter for what a process does; its name may hold anything, so it is what follows the last bracket."""
    return read_proc(f"/proc/{pid}/stat").rpartition(") ")[2][:1]


def last_words(unit: str, secrets: Mapping[str, object], count: int = 5) -> str:
    """Return the last lines of a unit's journal, and the last complaint in its own log, secrets masked."""
    answer = command.run(["journalctl", "--no-pager", "-o", "cat", "-n", str(count), "-u", unit], timeout=10)
    lines = answer.out.strip().splitlines() if answer else []
    for path in glob.glob(f"/var/log/*/{unit.rpartition('.')[0]}.log"):
        lines += complaints(path)
    return secret.mask("\n".join(lines), secrets)


def complaints(path: str, count: int = 2) -> list[str]:
    """Return the last error lines of a service's log that say something, as OpenStack's services write them."""
    with open(path, "rb") as source:
        source.seek(max(0, os.path.getsize(path) - TAIL))
        text = source.read().decode(errors="replace")
    lines = text.splitlines()
    found = [line for line in lines if COMPLAINT.search(line)] or [line for line in lines if LOUD.search(line)]
    return found[-count:]
