"""What every request of one run shares: the session, the look it stands on, and the ids of what was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .._core.decide.world import World
from .._core.errors import ApplyError
from .._core.policy import Policy
from . import health, observe
from .session import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._core.change import Change
    from .._core.desired import Desired, Wanted
    from .._core.observed import Item, Observed
    from .._core.policy import Applied
    from .session import Session


class Context:
    """Names to ids, before and after things are made. Threads may share it."""

    def __init__(self, session: Session, desired: Desired, tell: Callable[[str], None]) -> None:
        self.session = session
        self.desired = desired
        self.stack = desired.stack
        self.tell = tell
        self.ids: dict[tuple[str, str], str] = {}
        self.world: Optional[World] = None
        self.reach = health.reach
        self.begin: Callable[[Change], None] = lambda _: None
        """Hears of a step right before it is taken, and raises ``Stopped`` where nothing more is to be."""
        self.asked: set[tuple[str, ...]] = set()
        """What has been asked for in this run and takes its time, so that coming back does not ask again."""
        self.declared = {(one.kind, one.key): one for one in desired.wanted}

    def look(self, observed: Observed, applied: Mapping[str, Applied]) -> None:
        """Stand on this look from now on."""
        self.world = World(self.desired, observed, applied, Policy())

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a declared or existing thing. Raises ``ApplyError`` where there is none, or several."""
        if (kind, name) in self.ids:
            return self.ids[kind, name]
        item = self.world.item(kind, name) if self.world is not None else None
        if item is None:
            lack = self.world.lack(kind, name) if self.world is not None else "is not there"
            raise ApplyError(f"{kind.replace('_', ' ')} {name} {lack}")
        return item.id

    def known(self, kind: str, ident: str) -> Optional[Item]:
        """Return a thing as it was seen before the run."""
        return self.world.by_id.get((kind, ident)) if self.world is not None else None

    def wanted(self, kind: str, key: str) -> Wanted:
        """Return the desired thing that a step is about."""
        if (kind, key) not in self.declared:
            raise ApplyError(f"{kind} {key} is not declared")
        return self.declared[kind, key]

    def delete(self, service: str, path: str) -> None:
        """Send a DELETE to which 404 is as good an answer as any."""
        try:
            self.session.send(service, "DELETE", path)
        except Refused as error:
            if error.details.get("status") != 404:
                raise

    def hosts(self) -> int:
        """Return how many hosts servers can be built on, or as many as we see of them."""
        return observe.build_hosts(self.session, self.world.observed if self.world is not None else None)

    def ails(self, server: str, check: Mapping[str, Any]) -> str:
        """Return what keeps a server from being healthy; empty when it is."""
        return health.ails(self.session, server, check, self.reach)

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
        items = self.world.observed.of_kind("volume") if self.world is not None else []
        for item in items:
            if item.mark is not None and item.mark.key == key and self.world is not None and self.world.owned(item):
                return item.id
        raise ApplyError(f"there is no volume {key} of this stack")

    def external_network(self, name: str) -> str:
        """Return the network that floating addresses come from; ``*`` stands for the only external one."""
        if name != "*":
            return self.id_of("network", name)
        items = self.world.observed.of_kind("network") if self.world is not None else []
        found = [item.id for item in items if item.fields.get("external")]
        found += [self.ids[kind, key] for kind, key in self.ids if kind == "network" and self.is_external(key)]
        if len(set(found)) != 1:
            raise ApplyError(f"the cloud has {len(set(found))} external networks: say which, as floating_ip: NETWORK")
        return found[0]

    def is_external(self, key: str) -> bool:
        """Tell whether a declared network is external."""
        return bool(self.wanted("network", key).fields.get("external"))
