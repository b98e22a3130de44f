"""What every request of one run shares: the session, the look it stands on, and the ids of what was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from .._core.errors import ApplyError

if TYPE_CHECKING:
    from .._api.session import Session
    from .._stack.change import Change
    from .._stack.decide.index import Index
    from .._stack.desired import Wanted
    from .._stack.observed import Item

PATIENCE = 300.0
"""Seconds for which it is waited: a volume that is filled from an image, or a guest that lets go of a device."""


class NotYet(ApplyError):
    """Something asked for before is still under way: nothing was sent now, and it is worth coming back."""


class Watch(NamedTuple):
    """Who is told of what happens. ``begin`` hears of a step right before it is taken, and may raise ``Stopped``."""

    tell: Callable[[str], None]
    begin: Callable[[Change], None] = lambda _: None


class Context:
    """Names to ids, before and after things are made. Threads may share it."""

    def __init__(
        self, session: Session, index: Index, watch: Watch, reach: Callable[[str, int, Optional[str]], str]
    ) -> None:
        self.session = session
        self.index = index
        self.desired = index.desired
        self.stack = index.desired.stack
        self.tell = watch.tell
        self.begin = watch.begin
        self.reach = reach
        self.ids: dict[tuple[str, str], str] = {}
        self.asked: set[tuple[str, ...]] = set()
        """What has been asked for in this run and takes its time, so that coming back does not ask again."""
        self.declared = {(one.kind, one.key): one for one in index.desired.wanted}

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a declared or existing thing. Raises ``ApplyError`` where there is none, or several."""
        if (kind, name) in self.ids:
            return self.ids[kind, name]
        item = self.index.item(kind, name)
        if item is None:
            raise ApplyError(f"{kind.replace('_', ' ')} {name} {self.index.lack(kind, name)}")
        return item.id

    def item_of(self, kind: str, ident: str) -> Optional[Item]:
        """Return a thing as it was seen before the run."""
        return self.index.by_id.get((kind, ident))

    def wanted_for(self, kind: str, key: str) -> Wanted:
        """Return the desired thing that a step is about."""
        if (kind, key) not in self.declared:
            raise ApplyError(f"{kind} {key} is not declared")
        return self.declared[kind, key]

    def ports(self, server: str) -> list[dict[str, Any]]:
        """Return a server's ports."""
        return list(self.session.pages("network", f"/ports?device_id={server}", "ports"))

    def port_of(self, server: str, network: str) -> str:
        """Return the port of a declared server on a declared network."""
        ident, on = self.id_of("server", server), self.id_of("network", network)
        for port in self.ports(ident):
            if port["network_id"] == on:
                return str(port["id"])
        raise ApplyError(f"server {server} has no port on network {network}")

    def volume_of(self, key: str) -> str:
        """Return the id of a volume of ours, declared or not any more."""
        for item in self.index.observed.of_kind("volume"):
            if item.mark is not None and item.mark.key == key and self.index.owns(item):
                return item.id
        raise ApplyError(f"there is no volume {key} of this stack")

    def external_network(self, name: str) -> str:
        """Return the network that floating addresses come from; ``*`` stands for the only external one."""
        if name != "*":
            return self.id_of("network", name)
        items = self.index.observed.of_kind("network")
        found = [item.id for item in items if item.fields.get("external")]
        found += [self.ids[kind, key] for kind, key in self.ids if kind == "network" and self.is_external(key)]
        if len(set(found)) != 1:
            raise ApplyError(f"the cloud has {len(set(found))} external networks: say which, as floating_ip: NETWORK")
        return found[0]

    def is_external(self, key: str) -> bool:
        """Tell whether a declared network is external."""
        return bool(self.wanted_for("network", key).fields.get("external"))
