"""One declared stack on one cloud: what every command begins with."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import cloud, core, declare, output
from novaform.stack import image_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from novaform.stack.host import Hosts


IMAGES = "images"
"""The folder of images that are made here, and of the digests of those that are not."""


class Where(NamedTuple):
    """Which declaration, on which cloud, watched from which hosts. None means the usual place."""

    file: Path
    cloud: str | None = None
    inventory: Path | None = None
    environment: str | None = None
    variables: Mapping[str, str] | None = None


class Stack:
    """A declared stack, ready to be looked at."""

    def __init__(self, where: Where, policy: core.policy.Policy) -> None:
        self.where = where
        self.policy = policy
        self.declaration = load(where)
        self.root = cloud.state.root_of()
        desired = core.flatten.from_declaration(self.declaration)
        contents = image_file.observe_images(desired, self.root / IMAGES)
        self.desired = core.flatten.with_contents(desired, contents)
        self.credential = cloud.credential.load(where.cloud, _clouds_file(where))
        self.session = cloud.session.Session(self.credential)
        self.hosts: Hosts | None = None

    @functools.cached_property
    def scope(self) -> cloud.state.Scope:
        """Which stack of which cloud and project this is; Keystone says which project. Raises ``ObserveError``."""
        return cloud.state.scope_of(self.session, self.desired.stack)

    @property
    def folder(self) -> Path:
        """Where is kept what runs of this stack on this machine remember."""
        return cloud.state.folder_of(self.scope)

    @property
    def disowned(self) -> Path | None:
        """What an earlier version kept for a stack of this name on whichever cloud, while nothing else is kept."""
        return None if self.folder.exists() else cloud.state.former(self.desired.stack)

    def ask_hosts(self) -> Hosts | None:
        """Ask the hosts of the inventory, once; None without an inventory."""
        if self.hosts is None and self.where.inventory is not None:
            from novaform.stack import host

            self.hosts = host.observe_hosts(self.where.inventory)
        return self.hosts

    def run(self) -> cloud.run.Run:
        """Return the run that looks and decides."""
        hosts = self.ask_hosts()
        if self.disowned is not None:
            output.complain(f"{self.disowned} is of an earlier version and does not say of which cloud: it is not used")
        made = cloud.run.Run(self.session, self.desired, self.policy, self.folder)
        made.domains = core.guest.to_domains(hosts.guests) if hosts is not None else None
        return made

    def look(self) -> cloud.run.Look:
        """Look and decide. Raises ``ObserveError`` where nothing at all could be seen: that decides nothing."""
        look = self.run().plan()
        if set(look.observed.coverage.values()) == {core.observed.FAILED}:
            raise core.errors.ObserveError(_cause(look.observed.complaints))
        return look

    def build_images(self, build: Callable[[Path], Path]) -> None:
        """Make the images that are built in, where the cloud lacks them; ``build`` makes one at a path."""
        contents = {}
        for one in self.desired.wanted:
            if one.kind == "image" and one.create.get("builtin"):
                path = build(self.root / IMAGES / f"{one.create['builtin']}.qcow2")
                contents[one.name] = {"content": one.fields["content"], "file": str(path)}
        self.desired = core.flatten.with_contents(self.desired, contents)

    def options(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """Return the module's options: names and places, no secrets."""
        places = {"cloud": self.credential.cloud, "clouds_file": self.credential.file}
        return {**places, "state_dir": str(self.root.parent), **policy}


def _clouds_file(where: Where) -> str | None:
    """Return the clouds.yaml of the site whose inventory is given, unless another one is named or is right here."""
    if where.inventory is None or os.environ.get("OS_CLIENT_CONFIG_FILE") or Path("clouds.yaml").is_file():
        return None
    folder = where.inventory if where.inventory.is_dir() else where.inventory.parent
    file = folder / "clouds.yaml"
    return str(file) if file.is_file() else None


def _cause(complaints: Iterable[str]) -> str:
    """Return complaints of the form ``GET ADDRESS: REASON`` in one sentence, each reason once."""
    first: dict[str, str] = {}
    for one in complaints:
        first.setdefault(one.partition(": ")[2] or one, one)
    return "nothing could be looked at: " + "; ".join(first.values())


def load(where: Where) -> core.model.Declaration:
    """Load the declaration."""
    return declare.load(where.file, where.environment, where.variables)
