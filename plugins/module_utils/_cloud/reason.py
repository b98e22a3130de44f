"""Why did Nova not do it? Its own record of actions on a server says, where the server itself does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core.errors import Error

if TYPE_CHECKING:
    from .session import Session


def last_failure(session: Session, server: str) -> str:
    """Return the details of the newest action if it failed; empty where nothing can be said."""
    path = f"/servers/{server}/os-instance-actions"
    try:
        actions: list[dict[str, Any]] = (session.get("compute", path, absent_ok=True) or {}).get(
            "instanceActions"
        ) or []
        if not actions or actions[0].get("message") != "Error":
            return ""
        told = session.get("compute", f"{path}/{actions[0]['request_id']}", absent_ok=True) or {}
    except Error:
        return ""
    details = [event.get("details") for event in told.get("instanceAction", {}).get("events") or ()]
    return next((str(one) for one in details if one), "")
