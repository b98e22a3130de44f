"""The programs that an image is made with; a missing one is a sentence with the command that brings it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 900.0  # seconds for one program; the longest, a download, takes some on a slow line
BROUGHT_BY = {
    "apt-get": "apt",
    "apt-cache": "apt",
    "dpkg-deb": "dpkg",
    "mformat": "mtools",
    "mcopy": "mtools",
    "syslinux": "syslinux",
    "qemu-img": "qemu-utils",
}
BOOT_SECTORS = ("/usr/lib/syslinux/mbr/mbr.bin", "/usr/lib/SYSLINUX/mbr.bin", "/usr/share/syslinux/mbr.bin")


def missing_packages(search_path: str | None = None) -> list[str]:
    """Name the Debian packages that bring what this machine lacks, sorted; empty when all is there."""
    lacking = {package for name, package in BROUGHT_BY.items() if shutil.which(name, path=search_path) is None}
    if boot_sector() is None:
        lacking.add("syslinux-common")
    return sorted(lacking)


def boot_sector() -> str | None:
    """Find syslinux's master boot record program."""
    return next((path for path in BOOT_SECTORS if Path(path).is_file()), None)


def require() -> None:
    """Raise ApplyError with one sentence when a program is missing."""
    lacking = missing_packages()
    if lacking:
        raise core.errors.ApplyError(
            f"This machine lacks the programs to build the guest image; run: apt-get install {' '.join(lacking)}"
        )


def run(argv: Sequence[str], cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> str:
    """Run a program and return its standard output; ApplyError carries its last words when it fails."""
    environment = {**os.environ, "LC_ALL": "C", **(extra or {})}
    try:
        outcome = subprocess.run(
            argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise core.errors.ApplyError(
            f"{argv[0]} did not end within {PATIENCE:.0f} s: try again", argv=list(argv)
        ) from error
    if outcome.returncode != 0:
        words = outcome.stderr.strip().splitlines() or ["it said nothing"]
        raise core.errors.ApplyError(f"{argv[0]} failed with status {outcome.returncode}: {words[-1]}", argv=list(argv))
    return outcome.stdout
