"""What servers were made with, as far as the cloud still tells: asked for when a declaration is written of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..._core.errors import ObserveError
from ..kind.port import by_device
from ..kind.server.read import decode, interfaces_of
from . import observe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..._api.session import Session
    from ..._stack.observed import Interface

SHOWS_HINTS = (2, 100)
"""The microversion that shows scheduler hints; 2.96 shows the zone that was asked for."""


class Given(NamedTuple):
    """One server. ``user_data`` None where it has none, or where this user is not shown it.

    ``hints`` are without the server group, which the groups themselves tell; ``volumes`` are ids.
    """

    user_data: Optional[bytes]
    hints: Mapping[str, Any]
    zone: Optional[str]
    volumes: tuple[str, ...]
    interfaces: tuple[Interface, ...]


@contextmanager
def _speaking(session: Session, version: tuple[int, ...]) -> Iterator[None]:
    """Ask with another microversion for a while; a cloud that does not know it is asked with its newest."""
    before = session.version
    session.version = version
    try:
        yield
    finally:
        session.version = min(session.version, before)


def observe_given(session: Session) -> dict[str, Given]:
    """Return what every server of the project was made with, by id. Raises ``ObserveError``."""
    with _speaking(session, SHOWS_HINTS):
        servers = list(session.pages("compute", "/servers/detail", "servers"))
    ports = observe.fetch(session, "port")
    if isinstance(ports, ObserveError):
        raise ports
    of_device = by_device(ports)
    return {raw["id"]: _to_given(raw, of_device.get(raw["id"], [])) for raw in servers}


def _to_given(raw: Mapping[str, Any], ports: list[dict[str, Any]]) -> Given:
    """Read one server of ``GET /servers/detail`` and its ports."""
    hints = {name: value for name, value in (raw.get("scheduler_hints") or {}).items() if name != "group"}
    named = "pinned_availability_zone" if "pinned_availability_zone" in raw else "OS-EXT-AZ:availability_zone"
    return Given(
        decode(raw.get("OS-EXT-SRV-ATTR:user_data")),
        hints,
        raw.get(named) or None,
        tuple(one["id"] for one in raw.get("os-extended-volumes:volumes_attached") or ()),
        interfaces_of(raw, ports),
    )
