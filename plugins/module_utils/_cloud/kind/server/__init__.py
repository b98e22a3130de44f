"""Servers: Nova makes them, changes them while they run, acts on them, and tells how they are."""

from __future__ import annotations

from ..kind import Kind, Listing
from .alter import update_server
from .make import make_server
from .read import KEPT, to_servers

SERVER = Kind(
    Listing("server", "compute", "/servers/detail", "servers", kept=KEPT),
    "/servers",
    make=make_server,
    read_among=to_servers,
    update=update_server,
    besides=("port", "image", "network", "security_group", "flavor"),
)
