"""A file is replaced as a whole and at once, so that nobody, not even a crash, ever sees half of one."""

from __future__ import annotations

import os


def replace(path: str, content: str, owner: tuple[int, int] = (0, 0), mode: int = 0o600) -> None:
    """Put a whole file in place of whatever is at ``path``, at once: others see the old one or the new one.

    ``owner`` is (uid, gid). Directories above it are made. Raises ``OSError``.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    passing = os.path.join(folder, f".{name}.novaform")
    if os.path.lexists(passing):
        os.unlink(passing)
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as target:
        target.write(content)
        target.flush()
        os.fchown(descriptor, *owner)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    os.replace(passing, path)
    _sync(folder)


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
