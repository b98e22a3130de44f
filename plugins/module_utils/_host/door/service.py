"""Nova's services as their own databases have them: typed, for all cells, in milliseconds, with nothing to scrape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

# What runs in a web server says once that it is there and then never again: silence says nothing about it.
QUERY = (
    "SELECT host, `binary`, disabled, disabled_reason, forced_down, version,"
    " DATE_FORMAT(COALESCE(last_seen_up, created_at), '%%Y-%%m-%%dT%%H:%%i:%%sZ'),"
    " TIMESTAMPDIFF(SECOND, COALESCE(last_seen_up, created_at), UTC_TIMESTAMP())"
    " FROM services WHERE deleted = 0 AND `binary` NOT IN ('nova-osapi_compute', 'nova-metadata')"
    " ORDER BY `binary`, host"
)
NAMES = ("host", "binary", "disabled", "disabled_reason", "forced_down", "version", "last_seen", "silent_for")


def observe(cells: Sequence[tuple[str, str]], down_after: int) -> list[dict[str, Any]]:
    """Return the services of ``[(cell, database URL)]``. Up is who reported within ``down_after`` s and may be up.

    Raises ``ObserveError`` when one of the cells cannot be read: half of a list is not a list.
    """
    found = []
    for cell, url in cells:
        with sql.service(url) as server:
            rows = server.table(QUERY) or []
        found += [_to_service(cell, dict(zip(NAMES, row)), down_after) for row in rows]
    return found


def _to_service(cell: str, row: dict[str, Any], down_after: int) -> dict[str, Any]:
    claims = {name: bool(row[name]) for name in ("disabled", "forced_down")}
    # A host whose clock is ahead of the database's has reported in the future: that is as recent as it gets.
    up = not claims["forced_down"] and abs(row["silent_for"]) <= down_after
    return {"cell": cell, **row, **claims, "up": up}


def observe_mapped(api: str) -> dict[str, str]:
    """Return ``{compute host: cell}`` of all mapped hosts, from the API's database at a URL."""
    with sql.service(api) as server:
        rows = server.table(
            "SELECT hosts.host, cells.name"
            " FROM host_mappings hosts JOIN cell_mappings cells ON cells.id = hosts.cell_id"
        )
    return {str(host): str(cell) for host, cell in rows or ()}
