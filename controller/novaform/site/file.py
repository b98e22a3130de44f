"""Files of a site's directory: after any crash each is the old one or the new one, as a whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from novaform.declare.form import disk


def write_once(path: Path, text: str, mode: int = 0o644) -> bool:
    """Write a file unless it is there. Return whether it was written."""
    if disk.is_there(path):
        return False
    replace(path, text, mode)
    return True


def replace(path: Path, text: str, mode: int = 0o644) -> None:
    """Put a whole file in place of whatever is there: after any crash it is the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        _move(Path(fresh), path)
    finally:
        Path(fresh).unlink(missing_ok=True)


def _move(fresh: Path, path: Path) -> None:
    """Give a file its name; an error tells the name that was asked for."""
    try:
        fresh.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
