"""A file is replaced as a whole and at once, so that nobody, not even a crash, ever sees half of one."""

from __future__ import annotations

import contextlib
import os

from . import place


def replace(path: str, content: str, owner: tuple[int, int] = (0, 0), mode: int = 0o600) -> None:
    """Put a whole file in place of whatever is at ``path``, at once: others see the old one or the new one.

    ``owner`` is (uid, gid). Directories above it are made. Raises ``OSError``, or ``ApplyError`` where somebody else
    than root could lead it astray.
    """
    with place.parent(path, make=True) as (folder, name):
        passing = f".{name}.novaform"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(passing, dir_fd=folder)
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(passing, new, 0o600, dir_fd=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as target:
            target.write(content)
            target.flush()
            os.fchown(descriptor, *owner)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.rename(passing, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
