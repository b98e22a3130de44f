"""The files that a declaration is made of, as bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from novaform import core

BYTES = 16 * 1024 * 1024
"""Of all files of a declaration together."""


def is_there(path: Path) -> bool:
    """Tell whether something bears this name, also a link that leads nowhere now: what it is shows when it is read.

    An absent file may be made anew, one that cannot be reached may not. Raises ``DeclareError`` for that.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise core.errors.DeclareError(f"{path}: {error.strerror}") from error
    return True


def read(path: str, most: int = BYTES) -> bytes:
    """Return the content of a regular file of at most ``most`` bytes. Raises ``DeclareError``."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise core.errors.DeclareError(f"{path}: is not a regular file")
        with Path(path).open("rb", buffering=0) as file:
            content = file.read(most + 1) if os.fstat(file.fileno()).st_size > most else file.read()
    except (OSError, ValueError) as error:
        raise core.errors.DeclareError(f"{path}: {getattr(error, 'strerror', None) or 'is not a file name'}") from error
    if len(content) > most:
        raise core.errors.DeclareError(f"{path}: is larger than {most} bytes, which is what there is room for")
    return content
