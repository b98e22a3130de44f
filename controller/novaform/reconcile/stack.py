"""One declared stack on one cloud: what every command begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from novaform import core, declare
from novaform.clients import cloud
from novaform.declare import cache
from novaform.observe import image_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from novaform.observe.host import Hosts


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
        self.folder = cloud.journal.folder_of(self.declaration.stack)
        desired = core.declared.from_declaration(self.declaration)
        self.desired = core.declared.with_contents(desired, image_file.observe_images(desired, self.folder))
        self.credential = cloud.credential.load(where.cloud)
        self.session = cloud.session.Session(self.credential)
        self.hosts: Hosts | None = None

    def ask_hosts(self) -> Hosts | None:
        """Ask the hosts of the inventory, once; None without an inventory."""
        if self.hosts is None and self.where.inventory is not None:
            from novaform.observe import host

            self.hosts = host.observe_hosts(self.where.inventory)
        return self.hosts

    def run(self) -> cloud.run.Run:
        """Return the run that looks and decides."""
        made = cloud.run.Run(self.session, self.desired, self.policy, self.folder)
        hosts = self.ask_hosts()
        made.domains = core.guest.to_domains(hosts.guests) if hosts is not None else None
        return made

    def look(self) -> cloud.run.Look:
        """Look and decide."""
        return self.run().plan()

    def build_images(self, build: Callable[[Path], Path]) -> None:
        """Make the images that are built in, where the cloud lacks them; ``build`` makes one at a path."""
        contents = {}
        for one in self.desired.wanted:
            if one.kind == "image" and one.create.get("builtin"):
                path = build(self.folder.parent / "images" / f"{one.create['builtin']}.qcow2")
                contents[one.name] = {"content": one.fields["content"], "file": str(path)}
        self.desired = core.declared.with_contents(self.desired, contents)

    def options(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """Return the module's options: names and places, no secrets."""
        places = {"cloud": self.credential.cloud, "clouds_file": self.credential.file}
        return {**places, "state_dir": str(self.folder.parent.parent), **policy}


def load(where: Where) -> core.model.Declaration:
    """Load the declaration, from the cache if nothing changed."""
    return declare.load(where.file, where.environment, where.variables, cache.directory())
