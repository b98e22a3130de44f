"""Two commands never work on one lab at once; a lock dies with its holder, so kill -9 leaves none."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from novaform.lab import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE = 0.1


@contextlib.contextmanager
def hold(path: Path, what: str, patience: float = 5.0) -> Iterator[int]:
    """Hold the lock file, giving its descriptor; raises LabError when another holds it for `patience` seconds."""
    deadline = time.monotonic() + patience
    while (descriptor := _try(path)) is None:
        if time.monotonic() > deadline:
            raise LabError(f"another novaform command is working on {what}; wait for it, or end it and try again")
        time.sleep(_PAUSE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:  # the holder before us just removed the directory
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The holder before us may have removed the file: a lock on a removed file excludes nobody.
        if path.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None
