"""Where a machine keeps its labs: every path that the lab writes is named here and nowhere else."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

from novaform.lab import LabError

VARIABLE = "NOVAFORM_LAB_HOME"
DEFAULT = "/var/lib/novaform"
# Overlayfs separates its options by comma and colon, and the keeper has a /run of its own.
_PATH = re.compile(r"/[A-Za-z0-9._/+@-]+")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclasses.dataclass(frozen=True)
class HostHome:
    """The files of one lab host."""

    path: Path

    @property
    def upper(self) -> Path:
        """Give the writable layer."""
        return self.path / "upper"

    @property
    def work(self) -> Path:
        """Give overlayfs' own scratch directory."""
        return self.path / "work"

    @property
    def root(self) -> Path:
        """Give the mount point, used only inside the keeper's own mount namespace."""
        return self.path / "root"

    @property
    def made(self) -> Path:
        """Give the mark that the clone was written completely."""
        return self.path / "made"

    @property
    def process(self) -> Path:
        """Give the record of the keeper process."""
        return self.path / "process"

    @property
    def exit(self) -> Path:
        """Give the exit status of the last boot, absent while it runs or when it was killed."""
        return self.path / "exit"

    @property
    def script(self) -> Path:
        """Give the keeper's script."""
        return self.path / "keeper.sh"

    @property
    def console(self) -> Path:
        """Give the console log."""
        return self.path / "console.log"

    @property
    def host_key(self) -> Path:
        """Give the SSH host key, made here so that it is pinned before the first contact."""
        return self.path / "ssh_host_ed25519_key"


@dataclasses.dataclass(frozen=True)
class LabHome:
    """The files of one lab."""

    path: Path

    @property
    def name(self) -> str:
        """Give the lab's name."""
        return self.path.name

    @property
    def record(self) -> Path:
        """Give the journal."""
        return self.path / "lab.json"

    @property
    def key(self) -> Path:
        """Give the private SSH key of the lab."""
        return self.path / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """Give the pinned host keys."""
        return self.path / "known_hosts"

    @property
    def inventory(self) -> Path:
        """Give the Ansible inventory directory."""
        return self.path / "inventory"

    @property
    def lock(self) -> Path:
        """Give the lock file; it lies outside so that removing the lab keeps it held."""
        return self.path.parent / f".{self.name}.lock"

    def host(self, name: str) -> HostHome:
        """Give the files of one host."""
        return HostHome(self.path / "hosts" / name)

    def layer(self, snapshot: str, host: str) -> Path:
        """Give the frozen writable layer of a host in a snapshot."""
        return self.path / "snapshots" / snapshot / host


@dataclasses.dataclass(frozen=True)
class Home:
    """The machine's directory of labs."""

    path: Path

    @property
    def images(self) -> Path:
        """Give the directory of base images."""
        return self.path / "base"

    @property
    def archives(self) -> Path:
        """Give the directory of downloaded packages: `shared`, and one directory per host beside it."""
        return self.path / "archives"

    def lab(self, name: str) -> LabHome:
        """Give the files of one lab; raises LabError for a name that cannot be one."""
        if not _NAME.fullmatch(name):
            raise LabError(f"{name!r} cannot name a lab: use a letter, then letters, digits and dashes (31 at most)")
        return LabHome(self.path / "labs" / name)

    def labs(self) -> list[LabHome]:
        """Give the labs that have a directory, by name."""
        directory = self.path / "labs"
        found = sorted(directory.iterdir()) if directory.is_dir() else []
        return [LabHome(path) for path in found if path.is_dir()]


def from_environment() -> Home:
    """Give the machine's home of labs; raises LabError when the chosen path cannot serve."""
    path = Path(os.environ.get(VARIABLE, DEFAULT))
    if not _PATH.fullmatch(str(path)) or path.parts[:2] == ("/", "run"):
        raise LabError(f"{VARIABLE}={path} cannot hold labs: use an absolute plain path outside /run")
    return Home(path)
