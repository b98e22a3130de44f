"""Whether a service reaches its database as itself, Nova its cells, and guests have room on the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._core.errors import ObserveError
from ..door import sql
from . import broker

if TYPE_CHECKING:
    from collections.abc import Mapping

MIB = 1024 * 1024
NO_BROKER = "none:"
TABLES = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
MAPPINGS = "SELECT name, uuid, database_connection, transport_url FROM cell_mappings WHERE disabled = 0"


def ask_database(item: Mapping[str, Any]) -> str:
    """Sign in at a database as its service does, from here, and look at its tables."""
    with sql.service(item["database"], sql.GLANCE) as server:
        found = server.rows(TABLES)
    return "" if found and found[0][0] else f"it has no table that {urlsplit(item['database']).username} may read"


def ask_cells(item: Mapping[str, Any]) -> str:
    """Try database and queue of each of Nova's cells as its mapping has them, filled in as Nova does it."""
    with sql.service(item["cells"], sql.GLANCE) as server:
        rows = server.rows(MAPPINGS)
    faults = []
    for name, known, database, transport in rows:
        cell = str(name or known)
        try:
            sql.service(fill(str(database), item["database"]), sql.GLANCE).connection.close()
            queue = fill(str(transport), item["transport"])
            if not queue.startswith(NO_BROKER):
                with broker.line(queue):
                    pass
        except ObserveError as error:
            faults.append(f"cell {cell}: {error}")
    return "; ".join(faults)


def fill(template: str, url: str) -> str:
    """Return a mapping's URL as Nova makes it of its own. Raises ``ObserveError`` for one that cannot be filled in."""
    parts = urlsplit(url)
    given = {
        "scheme": parts.scheme,
        "username": (parts.username or ""),
        "password": (parts.password or ""),
        "hostname": (parts.hostname or ""),
        "port": parts.port or "",
        "netloc": parts.netloc,
        "path": parts.path.lstrip("/"),
        "query": parts.query,
        "fragment": parts.fragment,
        "params": "",
    }
    try:
        return template.format(**given)
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise ObserveError("its URL is a template that Nova cannot fill in") from error


def ask_disk(item: Mapping[str, Any]) -> str:
    """Return what is wrong with the file system of a folder: too little room, or nothing may be written."""
    path = item["disk"]
    try:
        found = os.statvfs(path)
    except OSError as error:
        raise ObserveError(f"{path} cannot be looked at: {error.strerror}") from error
    if found.f_flag & os.ST_RDONLY:
        return f"the file system of {path} is read-only"
    free = found.f_bavail * found.f_frsize // MIB
    if free < item["free_mb"]:
        return f"{path} has {free} MiB left, and a guest needs at least {item['free_mb']}"
    return f"the file system of {path} has no inode left" if found.f_files and not found.f_favail else ""
