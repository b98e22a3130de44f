"""Why did Nova not do it? Its own record of actions on a server says, where the server itself does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from .._core.errors import Error

if TYPE_CHECKING:
    from .session import Session


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
