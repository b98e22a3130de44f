"""Why did Nova not do it? Its own record of actions on a server says, where the server itself does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote

from ..._core.errors import Error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._api.session import Session

CONNECTIONS = 4
MOST = 20
"""So many servers in ERROR are asked for one by one; where there are more, all have one reason."""


def fill_faults(session: Session, servers: Iterable[dict[str, Any]]) -> None:
    """Ask servers in ERROR for their reason where the list has none.

    Nova's list has the faults of one cell only, and what found no host is in cell0.
    """
    silent = [raw for raw in servers if raw.get("status") == "ERROR" and not raw.get("fault")][:MOST]
    told = session.crowd(CONNECTIONS, lambda raw: _fault_of(session, str(raw["id"])), silent) if silent else ()
    for raw, fault in zip(silent, told):
        raw["fault"] = fault


def _fault_of(session: Session, server: str) -> Optional[dict[str, Any]]:
    """Return a server's fault; None where nothing can be said."""
    try:
        found = session.one("compute", f"/servers/{server}", "server")
    except Error:
        return None
    return found.get("fault") if found is not None else None


def last_failure(session: Session, server: str) -> str:
    """Return the details of the newest action if it failed; empty where nothing can be said."""
    path = f"/servers/{server}/os-instance-actions"
    try:
        actions = list(session.pages("compute", path, "instanceActions"))
        if not actions or actions[0].get("message") != "Error":
            return ""
        told = session.one("compute", f"{path}/{quote(str(actions[0].get('request_id')))}", "instanceAction") or {}
    except Error:
        return ""
    events = told.get("events")
    details = [one.get("details") for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    return next((str(one) for one in details if one), "")
