"""Which programs hold a lock: the kernel's own word, also when the one that took it has been killed."""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from ..._site.decide import fence

_START = 19  # field 22 of proc(5) stat, counted after the name


class Program(NamedTuple):
    """A program at work: its process, the beginning of its command line, and the seconds that it has run."""

    pid: int
    command: str
    age: float

    def __str__(self) -> str:
        """Return it for a sentence."""
        return f"process {self.pid} ({self.command}) for {_to_words(self.age)}"


def _to_words(seconds: float) -> str:
    """Return a length of time as people say it."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def observe(path: str) -> list[Program]:
    """Return the programs that hold a flock on a file, the oldest first. Those that only wait for it are left out."""
    found = [_observe_program(int(name)) for name in os.listdir("/proc") if name.isdigit() and _holds(name, path)]
    return sorted((one for one in found if one is not None), key=lambda one: -one.age)


def _holds(pid: str, path: str) -> bool:
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") == path and "FLOCK" in _text(
                    f"/proc/{pid}/fdinfo/{descriptor}"
                ):
                    return True
    return False


def _observe_program(pid: int) -> Program | None:
    """Return a program by its process, or None when it has ended."""
    try:
        start = int(_text(f"/proc/{pid}/stat").rpartition(")")[2].split()[_START])
        command = fence.plain(_text(f"/proc/{pid}/cmdline").replace("\0", " "))
        uptime = float(_text("/proc/uptime").split()[0])
    except (OSError, IndexError, ValueError):
        return None
    return Program(pid, command, max(0.0, uptime - start / os.sysconf("SC_CLK_TCK")))


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as source:
        return source.read()
