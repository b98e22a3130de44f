"""What Nova keeps of the actions on a server, the newest first; a failed one has its reason in an event."""

from __future__ import annotations

from typing import Any

from .problem import ApiProblem


def note(server: dict[str, Any], action: str, failure: str = "") -> None:
    """Write down an action, and why it failed if it did."""
    noted = server.setdefault("actions", [])
    event = {"event": f"conductor_{action}", "details": failure or None}
    number = f"req-{server['id']}-{len(noted) + 1}"
    noted.insert(
        0, {"action": action, "request_id": number, "message": "Error" if failure else None, "events": [event]}
    )


def show(server: dict[str, Any], path: str) -> dict[str, Any]:
    """Return all actions without their events, or the one that the path names."""
    noted = server.get("actions", [])
    wanted = path.partition("/")[2]
    if wanted:
        found = next((one for one in noted if one["request_id"] == wanted), None)
        if found is None:
            raise ApiProblem(404, f"Action for request_id {wanted} could not be found")
        return {"instanceAction": found}
    return {"instanceActions": [{k: v for k, v in one.items() if k != "events"} for one in noted]}
