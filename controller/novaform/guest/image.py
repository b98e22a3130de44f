"""Building the image once, and saying "unchanged" as long as the packages and our own sources stay what they were."""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from novaform.guest import disk, package, ramdisk, root, tool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def build(output: Path, progress: Callable[[str], None]) -> Path:
    """Make `output` the guest image and return it; `progress` gets one line a step.

    ObserveError when apt cannot tell its packages, ApplyError when a program is missing or fails. The file is
    replaced whole or not at all. A note beside it (`NAME.key`) holds what it was made of.
    """
    tool.require()
    packages = package.observe_packages()
    key = _content_key(packages)
    note = output.with_name(output.name + ".key")
    if output.is_file() and note.is_file() and note.read_text(encoding="ascii") == f"{key} {_digest(output)}":
        progress(f"unchanged {output}")
        return output
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="novaform-guest-") as name:
        folder = Path(name)
        progress(f"unpack {len(packages)} packages, among them {packages[0].name}")
        tree = package.unpack(packages, folder)
        progress("compose the ramdisk")
        initrd = ramdisk.render_ramdisk(root.compose(tree))
        progress("write the disk")
        raw = disk.write_disk({"vmlinuz": root.load_kernel(tree), "initrd.gz": initrd}, folder)
        fresh = output.with_name(f".{output.name}.{os.getpid()}")
        disk.write_qcow2(raw, fresh)
        fresh.replace(output)
    note.write_text(f"{key} {_digest(output)}", encoding="ascii")
    progress(f"built {output}, {output.stat().st_size / 1e6:.1f} MB")
    return output


def _content_key(packages: Sequence[package.Package]) -> str:
    """Digest everything the image depends on: package files with versions, and every file of this package."""
    total = hashlib.sha256()
    for one in packages:
        total.update(f"{one.file} {one.digest}\n".encode())
    sources = [item for item in resources.files(__package__).iterdir() if item.is_file()]
    for source in sorted(sources, key=lambda item: item.name):
        total.update(source.name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    return total.hexdigest()


def _digest(path: Path) -> str:
    """Digest a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
