"""Which files the guest's root holds: busybox, dropbear with its libraries, kernel modules, and our own few."""

from __future__ import annotations

import re
import stat
from importlib import resources
from typing import TYPE_CHECKING

from novaform import core
from novaform.guest import module, ramdisk, tool

if TYPE_CHECKING:
    from pathlib import Path

OWN = {"init": ("init.sh", 0o755), "etc/inittab": ("inittab", 0o644), "etc/flatten.awk": ("flatten.awk", 0o644)}
TEXTS = {
    "etc/passwd": ("root:*:0:0:root:/root:/bin/sh\n", 0o644),
    "etc/group": ("root:x:0:\n", 0o644),
    "etc/shells": ("/bin/sh\n/bin/ash\n", 0o644),
    "etc/hosts": ("127.0.0.1 localhost\n::1 localhost\n", 0o644),
    "etc/hostname": ("tiny\n", 0o644),
    "etc/acpi/PWRF/00000080": ("#!/bin/sh\nexec /init off\n", 0o755),
    "bin/bash": (
        '#!/bin/sh\n# Many user-data scripts ask for bash and need no more than a shell.\nexec /bin/sh "$@"\n',
        0o755,
    ),
}
FOLDERS = {"proc": 0o555, "sys": 0o555, "dev": 0o755, "run": 0o755, "tmp": 0o1777, "media": 0o755, "root": 0o700,
           "root/.ssh": 0o700, "etc/dropbear": 0o700, "sbin": 0o755, "usr/bin": 0o755, "usr/sbin": 0o755,
           "var/log": 0o755}  # fmt: skip
PROGRAMS = {"bin/busybox": "busybox", "usr/sbin/dropbear": "dropbear", "usr/bin/dropbearkey": "dropbearkey",
            "usr/bin/dbclient": "dbclient"}  # fmt: skip
LOADER = "lib64/ld-linux-x86-64.so.2"


def _own_files() -> dict[str, bytes]:
    """Read our own files of the guest: path in the guest -> content."""
    here = resources.files(__package__)
    return {path: here.joinpath(name).read_bytes() for path, (name, _) in OWN.items()}


def compose(tree: Path) -> list[ramdisk.RamdiskEntry]:
    """List the nodes of the guest's root out of the unpacked packages in `tree`."""
    modules = module.load_modules(tree)
    programs = {path: _find(tree, name) for path, name in PROGRAMS.items()}
    return [
        ramdisk.RamdiskEntry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)),
        ramdisk.link("bin/sh", "busybox"),
        *(ramdisk.folder(path, permissions) for path, permissions in FOLDERS.items()),
        *(ramdisk.file(path, data, OWN[path][1]) for path, data in _own_files().items()),
        *(ramdisk.file(path, text.encode(), permissions) for path, (text, permissions) in TEXTS.items()),
        *(ramdisk.file(path, source.read_bytes(), 0o755) for path, source in programs.items()),
        *(ramdisk.file(path, source.read_bytes(), 0o755) for path, source in _libraries(tree, programs).items()),
        *(ramdisk.file(f"lib/modules/{name}.ko", image) for name, image in modules.items()),
        ramdisk.file("etc/modules", "".join(f"{name}\n" for name in modules).encode()),
    ]


def load_kernel(tree: Path) -> bytes:
    """Read the one kernel of the unpacked packages."""
    kernels = sorted(tree.glob("boot/vmlinuz-*"))
    if not kernels:
        raise core.errors.ApplyError("The kernel package holds no boot/vmlinuz-*; the guest cannot be made from it")
    return kernels[-1].read_bytes()


def _find(tree: Path, name: str) -> Path:
    """Find a program or library by name wherever the Debian release keeps it; ApplyError when it is not there.

    A symbolic link that leaves the tree (libc6 has one to its loader) would be a file of this machine: not taken.
    """
    for path in sorted(tree.rglob(name)):
        named_for_it = ".so" in name or path.parent.name in ("bin", "sbin")
        if named_for_it and path.is_file() and path.resolve().is_relative_to(tree):
            return path
    raise core.errors.ApplyError(f"The Debian packages hold no {name}; the guest cannot be made from them")


def _libraries(tree: Path, programs: dict[str, Path]) -> dict[str, Path]:
    """Ask the packages' own loader which libraries the programs need: place in the guest -> file in the tree."""
    loader = _find(tree, "ld-linux-x86-64.so.2")
    search = ":".join(str(path) for path in sorted(tree.rglob("x86_64-linux-gnu")) if path.is_dir())
    needed = {LOADER: loader}
    for program in (path for place, path in programs.items() if place != "bin/busybox"):
        listed = tool.run([str(loader), "--library-path", search, "--list", str(program)])
        for name in re.findall(r"^\s*([^\s/]+) => ", listed, flags=re.MULTILINE):
            needed[f"lib/x86_64-linux-gnu/{name}"] = _find(tree, name)
    return needed
