"""A whole stack as declared: the one value that ``decide`` compares with what is observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from .network import Network, Router
    from .origin import Origin
    from .security_group import SecurityGroup
    from .server import Server
    from .thing import Flavor, Image, Key, ServerGroup, Volume


class DeclaredExternal(NamedTuple):
    """A name that is used and not declared, so that it must exist in the cloud. ``kind`` as ``image``, ``flavor``...

    ``suggestion`` is a declared name that looks like it, for "did you mean"; None where none does.
    """

    kind: str
    name: str
    origin: Origin
    suggestion: Optional[str] = None


class Source(NamedTuple):
    """A file that was read, and the SHA-256 (hex) of what stood in it."""

    path: str
    sha256: str


class Declaration(NamedTuple):
    """Everything a stack should be. All sequences are in the order of the file; names are unique within each.

    ``digest`` (hex) changes whenever anything that was read changes: files, environment, variables.
    """

    stack: str
    servers: tuple[Server, ...] = ()
    flavors: tuple[Flavor, ...] = ()
    keys: tuple[Key, ...] = ()
    networks: tuple[Network, ...] = ()
    routers: tuple[Router, ...] = ()
    security_groups: tuple[SecurityGroup, ...] = ()
    images: tuple[Image, ...] = ()
    volumes: tuple[Volume, ...] = ()
    server_groups: tuple[ServerGroup, ...] = ()
    external: tuple[DeclaredExternal, ...] = ()
    environment: Optional[str] = None
    sources: tuple[Source, ...] = ()
    digest: str = ""
