"""A process is known by its id *and* its start time, so that nothing is ever ended by an id that was given away."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STATE, _START = 0, 19  # fields 3 and 22 of proc(5) stat, counted after the name


@dataclasses.dataclass(frozen=True)
class Process:
    """One process of this boot of the machine; `start` in clock ticks since that boot."""

    pid: int
    start: int
    boot: str

    def to_text(self) -> str:
        """Write it as one line."""
        return f"{self.pid} {self.start} {self.boot}\n"

    def is_alive(self) -> bool:
        """Say whether this very process still runs (a zombie does not)."""
        return self.boot == _boot_id() and observe_start(self.pid) == self.start

    def uptime(self) -> float:
        """Give the seconds since it started."""
        since_boot = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return max(0.0, since_boot - self.start / os.sysconf("SC_CLK_TCK"))

    def send(self, number: signal.Signals | int) -> None:
        """Send a signal if it still runs."""
        if self.is_alive():
            send(self.pid, number)

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end; say whether it came."""
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def send(pid: int, number: signal.Signals | int) -> None:
    """Send a signal; a process that is gone is not an error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _boot_id() -> str:
    """Give the machine's boot identity: an id and a start time mean nothing after a reboot."""
    return _BOOT_ID.read_text(encoding="ascii").strip()


def from_text(text: str) -> Process | None:
    """Read what to_text wrote; None for anything else (a write cut short)."""
    try:
        pid, start, boot = text.split()
        return Process(int(pid), int(start), boot)
    except ValueError:
        return None


def load(path: Path) -> Process | None:
    """Read a recorded process; None when none is recorded."""
    try:
        return from_text(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def observe(pid: int) -> Process | None:
    """Look at a running process; None when there is none."""
    start = observe_start(pid)
    return None if start is None else Process(pid, start, _boot_id())


def observe_start(pid: int) -> int | None:
    """Give the start time in clock ticks; None when there is no such process or it is a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[_STATE] in "ZX" else int(fields[_START])


def children(pid: int) -> list[int]:
    """Give the ids of a process's children, none when it is gone."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_namespace_init(pid: int) -> bool:
    """Say whether the process is the first of a process namespace directly below ours (a container's init)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return False
    ids = next((line.split()[1:] for line in lines if line.startswith("NSpid:")), [])
    return len(ids) == 2 and ids[1] == "1"
