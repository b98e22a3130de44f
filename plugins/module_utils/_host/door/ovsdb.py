"""Open vSwitch's database: whole tables in one transaction, and its ways to write values."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError
from . import command

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET = "/run/openvswitch/db.sock"
FILE = "/etc/openvswitch/conf.db"


def live(tables: Mapping[str, list[str]]) -> list[list[dict[str, Any]]] | None:
    """Return the rows of each of ``{table: columns}`` as the switch has them, or None where none answers."""
    return _query(tables, "ovsdb-client", "transact", f"unix:{SOCKET}")


def read_kept(tables: Mapping[str, list[str]]) -> list[list[dict[str, Any]]] | None:
    """Return the same, from the file where the switch is down: it will come up with that. None where no switch is."""
    return live(tables) or _query(tables, "ovsdb-tool", "query", FILE)


def bridges() -> dict[str, str]:
    """Return ``{bridge: the id that it got when it was made}``; empty where no switch is."""
    (rows,) = read_kept({"Bridge": ["_uuid", "name"]}) or [[]]
    return {str(row["name"]): plain(row["_uuid"]) for row in rows}


def _query(tables: Mapping[str, list[str]], program: str, *where: str) -> list[list[dict[str, Any]]] | None:
    """Return the rows of each of ``{table: columns}``, or None without such a database. Raises ``ObserveError``."""
    if not os.path.exists(where[-1].replace("unix:", "")):
        return None
    selects = [{"op": "select", "table": table, "where": [], "columns": names} for table, names in tables.items()]
    answer = command.run([program, *where, json.dumps(["Open_vSwitch", *selects])], timeout=10)
    if answer is None or (answer.status and program == "ovsdb-client"):  # a socket that nobody listens on any more
        return None
    if answer.status:
        raise ObserveError(f"Open vSwitch's database cannot be read: {answer.said}")
    return [table["rows"] for table in json.loads(answer.out)]


def plain(value: Any) -> str:
    """Return what the database writes as a pair of a type and a value, or plainly."""
    return str(value[1]) if isinstance(value, list) else str(value)


def members(value: Any) -> list[str]:
    """Return the members of what the database writes as one value or as a set of them."""
    if isinstance(value, list) and value and value[0] == "set":
        return [plain(one) for one in value[1]]
    return [plain(value)]
