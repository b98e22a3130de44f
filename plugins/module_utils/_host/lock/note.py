"""A small record below /run that processes read and write one at a time. It ends with the boot that it speaks of."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO


class RunFile:
    """An open record. ``value`` is what it held: a mapping, or None when there was nothing, or something else."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        try:
            found = json.load(file)
        except ValueError:
            found = None
        self.value: dict[str, Any] | None = found if isinstance(found, dict) else None

    def write(self, value: dict[str, Any]) -> None:
        """Put this in place of what it held."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(value))
        self._file.flush()


@contextmanager
def alone(path: str) -> Iterator[RunFile]:
    """Open a record, which nobody else does meanwhile: be quick. Raises ``ObserveError`` when it cannot be opened."""
    with open_locked(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield RunFile(file)


def open_locked(path: str) -> IO[str]:
    """Open or make a file of root's that is there to be locked. Raises ``ObserveError``."""
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+")
    except OSError as error:
        raise ObserveError(f"{path} cannot be opened: {error.strerror}; run as root") from error


def take(file: IO[str], kind: int) -> bool:
    """Try to lock a file, ``fcntl.LOCK_EX`` or ``fcntl.LOCK_SH``, and return whether that was possible now."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
