"""The way to a path, gone folder by folder on descriptors, so that nobody can lead it elsewhere meanwhile.

Root writes into folders of services. A link there is a service's word on where root should write, so it is refused;
one in a folder that root alone may write is the administrator's, and followed.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..._core.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = 40  # as many as the kernel follows
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def parent(path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the open folder above ``path``, and its last name in there. ``make``: folders that are missing, as root's.

    Raises ``ApplyError`` for a link that others than root may have put there, else ``OSError``.
    """
    folder, name = os.path.split(path)
    descriptor = _walk(folder, make=make)
    try:
        yield descriptor, name
    finally:
        os.close(descriptor)


@contextmanager
def folder(path: str, *, make: bool = False) -> Iterator[int]:
    """Yield the open folder at ``path``, which may be a link that root alone can have put there."""
    descriptor = _walk(path, make=make)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(path: str, *, make: bool) -> int:
    """Return a descriptor of the folder at an absolute path."""
    ahead = [name for name in reversed(path.split("/")) if name]
    here, links = os.open("/", FOLDER), 0
    try:
        while ahead:
            name = ahead.pop()
            target = _target(here, name, path)
            if target is None:
                here = _step(here, name, make=make)
                continue
            links += 1
            _check_depth(links, path)
            ahead += [one for one in reversed(target.split("/")) if one]
            if target.startswith("/"):
                here = _swap(here, os.open("/", FOLDER))
    except BaseException:
        os.close(here)
        raise
    return here


def _check_depth(links: int, path: str) -> None:
    if links > LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _swap(old: int, new: int) -> int:
    os.close(old)
    return new


def _target(here: int, name: str, path: str) -> str | None:
    """Return where a link in a folder leads, None when the name is none."""
    try:
        target = os.readlink(name, dir_fd=here)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT):
            return None
        raise
    if _is_for_others(os.fstat(here)):
        raise ApplyError(
            f"{path} leads over a symbolic link, {name}, in a folder that others than root may write: "
            "see who made it, and remove it"
        )
    return target


def _is_for_others(state: os.stat_result) -> bool:
    """Return whether others than root may put something into a folder."""
    by_group = bool(state.st_mode & stat.S_IWGRP) and state.st_gid not in (0, os.getegid())
    return state.st_uid not in (0, os.geteuid()) or by_group or bool(state.st_mode & stat.S_IWOTH)


def _step(here: int, name: str, *, make: bool) -> int:
    try:
        return _swap(here, os.open(name, FOLDER, dir_fd=here))
    except FileNotFoundError:
        if not make:
            raise
    os.mkdir(name, 0o700, dir_fd=here)
    made = os.open(name, FOLDER, dir_fd=here)
    os.fchmod(made, 0o755)  # whatever the umask of the login is: services go through it
    return _swap(here, made)
