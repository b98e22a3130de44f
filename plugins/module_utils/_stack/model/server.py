"""One desired server: what ``count: 3`` under ``web`` makes three of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional, Union

from .origin import NOWHERE, Origins

if TYPE_CHECKING:
    from ..._core.hidden import Hidden

STATES = ("active", "stopped", "paused", "suspended", "shelved", "absent")
ANY_EXTERNAL = "*"
"""``floating_ip: true`` where the declaration does not say which network is the external one."""


class Port(NamedTuple):
    """One network interface, in the order of the declaration. ``floating``: the external network's name, or ``*``.

    ``security_groups`` None means those of the server.
    """

    network: str
    fixed_ip: Optional[str] = None
    floating: Optional[str] = None
    security_groups: Optional[tuple[str, ...]] = None


class Adopt(NamedTuple):
    """A server that somebody else made and that is to become ours: by its ``id``, or a ``name`` that it alone has."""

    id: Optional[str] = None
    name: Optional[str] = None


class UserData(NamedTuple):
    """What cloud-init gets. ``repr`` never shows the text, which may hold secrets; compare by ``sha256`` (hex).

    ``hidden``: it came from where secrets are kept.
    """

    text: str
    sha256: str
    source: str
    hidden: bool = False

    def __repr__(self) -> str:
        return f"UserData({self.source}, sha256 {self.sha256[:12]}, {len(self.text)} characters)"


class OnChange(NamedTuple):
    """What to do about a field that Nova cannot change in place. Each is one of its field's policies."""

    flavor: str = "resize"
    image: str = "deny"
    user_data: str = "ignore"
    key: str = "ignore"
    zone: str = "ignore"
    config_drive: str = "ignore"
    fixed_ip: str = "deny"
    server_group: str = "ignore"
    hints: str = "ignore"


POLICIES = {
    "flavor": ("resize", "replace", "deny", "ignore"),
    "image": ("rebuild", "replace", "deny", "ignore"),
    "user_data": ("ignore", "replace", "rebuild", "deny"),
    "key": ("ignore", "replace", "rebuild", "deny"),
    "zone": ("ignore", "migrate", "replace", "deny"),
    "config_drive": ("ignore", "replace", "deny"),
    "fixed_ip": ("deny", "update", "replace", "ignore"),
    "server_group": ("ignore", "replace", "deny"),
    "hints": ("ignore", "replace", "deny"),
}


class Rolling(NamedTuple):
    """How a disruptive change goes through a group: so many away at once, so long a pause (seconds)."""

    max_unavailable: int = 1
    pause: int = 0


class Health(NamedTuple):
    """When a server counts as up, within so many seconds of its start.

    One of: its TCP port takes a connection, its ``http`` path answers on ``port`` with less than 400, or its console
    shows a text.
    """

    tcp: Optional[int] = None
    within: int = 120
    http: Optional[str] = None
    port: int = 80
    console: Optional[str] = None


WAYS_UP = ("tcp", "http", "console")
"""The ways in which a server proves that it is up, of which it has one."""


class Server(NamedTuple):
    """One server. ``key`` is its identity within the stack and never shifts when a neighbour comes or goes.

    ``number`` is 1..count, and 0 where no count is declared. ``metadata`` is sorted pairs, without our marks.
    ``server_group`` names a ``ServerGroup`` of the declaration; ``volumes`` are keys of its ``Volume``s. ``hold``
    means: do not touch it at all; ``protect``: never delete, rebuild or replace it. ``hints`` are sorted (name, values)
    for the scheduler. With ``adopt``, image and flavor may be empty: nobody knows them, and they are not compared.
    """

    key: str
    group: str
    number: int
    name: str
    image: str
    flavor: str
    state: str = "active"
    networks: tuple[Port, ...] = ()
    key_name: Optional[str] = None
    security_groups: tuple[str, ...] = ()
    user_data: Optional[UserData] = None
    metadata: tuple[tuple[str, Union[str, Hidden]], ...] = ()
    tags: tuple[str, ...] = ()
    zone: Optional[str] = None
    host: Optional[str] = None
    config_drive: bool = False
    volumes: tuple[str, ...] = ()
    server_group: Optional[str] = None
    hints: tuple[tuple[str, tuple[str, ...]], ...] = ()
    adopt: Optional[Adopt] = None
    on_change: OnChange = OnChange()
    rolling: Rolling = Rolling()
    health: Optional[Health] = None
    protect: bool = False
    hold: bool = False
    origins: Origins = NOWHERE
