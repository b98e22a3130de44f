"""The guest's root file system as an initial ramdisk, written byte by byte.

So it needs no root powers and no cpio, everything in it belongs to root, and the same files always give the same bytes.
"""

from __future__ import annotations

import gzip
import pathlib
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class RamdiskEntry:
    """One node: `path` without a leading slash, `mode` with the type bits, `data` (a link's is its target)."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def folder(path: str, permissions: int = 0o755) -> RamdiskEntry:
    """Make a directory."""
    return RamdiskEntry(path, stat.S_IFDIR | permissions)


def file(path: str, data: bytes, permissions: int = 0o644) -> RamdiskEntry:
    """Make a plain file."""
    return RamdiskEntry(path, stat.S_IFREG | permissions, data)


def link(path: str, target: str) -> RamdiskEntry:
    """Make a symbolic link."""
    return RamdiskEntry(path, stat.S_IFLNK | 0o777, target.encode())


def with_parents(entries: Iterable[RamdiskEntry]) -> list[RamdiskEntry]:
    """Sort the entries and add the directories above them: the kernel unpacks in order and makes none itself."""
    nodes = {entry.path: entry for entry in entries}
    for path in list(nodes):
        for above in pathlib.PurePosixPath(path).parents[:-1]:
            nodes.setdefault(str(above), folder(str(above)))
    return [nodes[path] for path in sorted(nodes)]


def render_archive(entries: Iterable[RamdiskEntry]) -> bytes:
    """Render the "newc" format of the kernel's initramfs buffer format document."""
    chunks = [_render_entry(number, entry) for number, entry in enumerate(with_parents(entries), start=1)]
    return b"".join([*chunks, _render_entry(0, RamdiskEntry(TRAILER, 0))])


def _render_entry(inode: int, entry: RamdiskEntry) -> bytes:
    """Render one header, the name and the data, each padded to four bytes."""
    name = entry.path.encode() + b"\0"
    fields = (inode, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _pad(header + name) + _pad(entry.data)


def _pad(chunk: bytes) -> bytes:
    """Fill up to a multiple of four bytes."""
    return chunk + b"\0" * (-len(chunk) % 4)


def render_ramdisk(entries: Iterable[RamdiskEntry]) -> bytes:
    """Compress for the kernel; gzip, because it unpacks in half a second even on an emulated processor."""
    return gzip.compress(render_archive(entries), compresslevel=9, mtime=0)
