"""Every process of a host lives in control groups of the lab's own, so all of them are found and ended, and no other.

Both layouts serve: one unified hierarchy (v2), or named ones (v1) where only `systemd` and `unified` matter to nspawn.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from pathlib import Path

from novaform.lab import LabError, process

TOP = Path("/sys/fs/cgroup")
_PATIENCE = 15.0
# The group was removed before or after the file was opened; or its threads are counted in the group above.
_NO_PROCESSES = (errno.ENOENT, errno.ENODEV, errno.EOPNOTSUPP)


def is_unified() -> bool:
    """Say whether the machine has cgroup v2 alone."""
    return (TOP / "cgroup.controllers").exists()


def _roots() -> list[Path]:
    """Give the hierarchies that systemd uses; raises LabError when there is none."""
    if is_unified():
        return [TOP]
    found = [TOP / name for name in ("systemd", "unified") if (TOP / name / "cgroup.procs").exists()]
    if not found:
        raise LabError(f"no control groups for systemd under {TOP}: mount cgroup2 there")
    return found


def exists(group: str) -> bool:
    """Say whether a group of that name is there in any hierarchy."""
    return any((root / group).exists() for root in _roots())


def create(group: str) -> None:
    """Make the groups `keeper` and `boot` below a group, with every controller that its parent has."""
    for root in _roots():
        path = root
        for part in Path(group).parts:
            path /= part
            path.mkdir(exist_ok=True)
            _enable_controllers(path)
        for leaf in ("keeper", "boot"):
            (path / leaf).mkdir(exist_ok=True)


def _enable_controllers(path: Path) -> None:
    if not (path / "cgroup.controllers").exists():
        return
    for name in (path / "cgroup.controllers").read_text(encoding="ascii").split():
        with contextlib.suppress(OSError):  # a controller that cannot be had here is not needed either
            (path / "cgroup.subtree_control").write_text(f"+{name}", encoding="ascii")


def doors(group: str, leaf: str) -> list[Path]:
    """Give the files that take a process into a leaf of a group."""
    return [root / group / leaf / "cgroup.procs" for root in _roots()]


def _members(group: str) -> set[int]:
    """Give the ids of all processes in a group and below."""
    found: set[int] = set()
    for root in _roots():
        for directory, _, _ in os.walk(root / group):
            found |= _processes(Path(directory) / "cgroup.procs")
    return found - {0}


def _processes(file: Path) -> set[int]:
    try:
        return {int(word) for word in file.read_text(encoding="ascii").split()}
    except OSError as error:
        if error.errno in _NO_PROCESSES:
            return set()
        raise


def leader(group: str) -> int | None:
    """Give the id of the container's init in a group; None when it does not run."""
    return next((pid for pid in sorted(_members(group)) if process.is_namespace_init(pid)), None)


def kill(group: str) -> None:
    """End all processes of a group at once and wait for it; raises LabError when some will not go."""
    deadline = time.monotonic() + _PATIENCE
    while pids := {pid for pid in _members(group) if process.observe_start(pid) is not None}:
        if time.monotonic() > deadline:
            raise LabError(
                f"processes {sorted(pids)} of {group} do not end; look at them with ps, then run the command again"
            )
        for pid in pids:
            process.send(pid, signal.SIGKILL)
        time.sleep(0.05)


def remove(group: str) -> None:
    """Remove an empty group with all below it."""
    for root in _roots():
        for directory, _, _ in os.walk(root / group, topdown=False):
            _remove_directory(Path(directory))


def _remove_directory(path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while path.exists():
        try:
            path.rmdir()
        except OSError as error:  # the kernel lets go of the last process a moment after it is gone
            if time.monotonic() > deadline:
                raise LabError(f"control group {path} is still busy: {error.strerror}") from None
            time.sleep(0.05)
