"""Kernel modules: which files the guest carries and in what order they load, read from the modules themselves.

A kernel package holds no modules.dep (it is made at installation), busybox's insmod resolves nothing and reads no xz.
"""

from __future__ import annotations

import lzma
import re
from typing import TYPE_CHECKING

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

NEEDED = ("virtio_pci", "virtio_net", "virtio_blk")
EXTRAS = "virtio_rng button evdev virtio_balloon virtio_scsi sd_mod ata_piix ahci sr_mod isofs vfat e1000"
CHARACTER_SETS = "nls_cp437 nls_ascii nls_utf8"  # vfat asks for these by name at mount time, and nothing here answers
WANTED = (*NEEDED, *CHARACTER_SETS.split(), *EXTRAS.split())


def _kernel_spelling(name: str) -> str:
    """Spell a module as the kernel does: files may have hyphens, dependencies never do."""
    return name.replace("-", "_")


def dependencies_of(image: bytes) -> list[str]:
    """Read the names in the `depends=` field of a module's .modinfo section."""
    match = re.search(rb"\0depends=([^\0]*)\0", image)
    names = match.group(1).decode("ascii") if match else ""
    return [_kernel_spelling(name) for name in names.split(",") if name]


def load_order(wanted: Iterable[str], present: Iterable[str], dependencies: Callable[[str], list[str]]) -> list[str]:
    """Order the present ones of the wanted modules so that each follows what it depends on."""
    known = set(present)
    order: list[str] = []

    def visit(name: str) -> None:
        if name in known and name not in order:
            for other in dependencies(name):
                visit(other)
            order.append(name)

    for name in wanted:
        visit(name)
    return order


def _read_module(path: Path) -> bytes:
    """Return the module, unpacked where Debian packed it."""
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def load_modules(tree: Path) -> dict[str, bytes]:
    """Read name -> image from an unpacked kernel package, in load order. ApplyError when a needed one is absent."""
    paths: Mapping[str, Path] = {_kernel_spelling(path.name.partition(".ko")[0]): path for path in tree.rglob("*.ko*")}
    images: dict[str, bytes] = {}

    def dependencies(name: str) -> list[str]:
        images[name] = _read_module(paths[name])
        return dependencies_of(images[name])

    order = load_order(WANTED, paths, dependencies)
    built_in = {_kernel_spelling(line.rpartition("/")[2].partition(".ko")[0]) for line in _built_in_lines(tree)}
    for name in NEEDED:
        if name not in order and name not in built_in:
            raise core.errors.ApplyError(
                f"The kernel package has no module {name}; the guest would find no disk or network"
            )
    return {name: images[name] for name in order}


def _built_in_lines(tree: Path) -> list[str]:
    """List the paths of what the kernel has inside, from modules.builtin."""
    return [line for path in tree.rglob("modules.builtin") for line in path.read_text(encoding="ascii").splitlines()]
