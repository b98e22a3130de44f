"""Nova's schemas, and its cells in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .nova import files
from .nova_cell import CELL, CELL_DATABASE, CELL_TRANSPORT

if TYPE_CHECKING:
    from .nova import NovaOptions


def parts(wanted: NovaOptions) -> dict[str, Any]:
    """Return Nova's schemas and its cells: the API database, cell0 for servers that never got a host, and cell1."""
    url = wanted.database.url
    return {
        "name": "nova_database",
        "packages": ["nova-api", "nova-conductor"],
        "files": files(wanted),
        **wanted.database.parts("nova_api", "nova_cell0", "nova"),
        "schemas": {
            "api": url("nova_api"),
            "cell0": url("nova_cell0"),
            "cells": [{"name": CELL, "database": url("nova")}],
            "mappings": {
                "cell0": {"database": CELL_DATABASE.format("nova_cell0"), "transport": "none:///"},
                CELL: {"database": CELL_DATABASE.format("{path}"), "transport": CELL_TRANSPORT},
            },
        },
        "proofs": [
            {
                "what": "Nova's cells",
                "cells": url("nova_api"),
                "database": url("nova"),
                "transport": wanted.broker.url,
            }
        ],
    }
