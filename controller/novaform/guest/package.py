"""What the guest is made of: Debian packages as the machine's own apt knows them, unpacked and never installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novaform import core
from novaform.guest import tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KERNEL = "linux-image-cloud-amd64"
PROGRAMS = ("busybox-static", "dropbear-bin")
ONLY_DEPENDS = tuple(
    f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
)
OFFER = re.compile(r"^'[^']*' (?P<file>\S+) (?P<size>\d+) (?P<digest>\S+)$")


@dataclass(frozen=True)
class Package:
    """One archive on offer: the name to ask for, the file it becomes (with its version), the digest apt will check."""

    name: str
    file: str
    digest: str


def from_offers(text: str) -> list[Package]:
    """Read the lines of `apt-get download --print-uris`, in their order."""
    found = [OFFER.match(line) for line in text.splitlines()]
    return [Package(m["file"].partition("_")[0], m["file"], m["digest"]) for m in found if m]


def kernel_of(text: str) -> str | None:
    """Find the versioned kernel that the metapackage depends on, in the output of `apt-cache depends`."""
    match = re.search(r"Depends: (linux-image-\d\S*)", text)
    return match.group(1) if match else None


def libraries_of(text: str) -> list[str]:
    """Pick the shared libraries out of `apt-cache depends --recurse`, sorted."""
    names = {line.strip() for line in text.splitlines() if not line.startswith((" ", "<", "|"))}
    return sorted(name for name in names if re.match(r"(lib|zlib)", name))


def observe_packages() -> list[Package]:
    """Ask apt for the newest versions, their files and digests; the kernel comes first.

    ObserveError when apt does not know them.
    """
    try:
        kernel = kernel_of(tool.run(["apt-cache", "depends", KERNEL]))
        libraries = libraries_of(tool.run(["apt-cache", "depends", "--recurse", *ONLY_DEPENDS, "dropbear-bin"]))
        names = [kernel or KERNEL, *PROGRAMS, *libraries]
        packages = from_offers(tool.run(["apt-get", "download", "--print-uris", *names]))
    except core.errors.ApplyError as error:
        raise core.errors.ObserveError(
            f"apt does not offer the guest's packages ({error}); run: apt-get update"
        ) from error
    if kernel is None or len(packages) != len(names):
        raise core.errors.ObserveError(
            f"apt offers no {KERNEL} for this machine (is it Debian on amd64?); run: apt-get update"
        )
    return sorted(packages, key=lambda one: (one.name != kernel, one.name))


def unpack(packages: Sequence[Package], folder: Path) -> Path:
    """Download the archives into `folder` and unpack them all into one tree, which is returned."""
    tool.run(["apt-get", "download", "-qq", *(package.name for package in packages)], cwd=folder)
    tree = folder / "tree"
    tree.mkdir()
    for package in packages:
        tool.run(["dpkg-deb", "-x", str(folder / package.file), str(tree)])
    return tree
