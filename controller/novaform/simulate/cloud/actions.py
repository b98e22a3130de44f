"""Actions on a server: when Nova takes them, what they do at once, where they lead, and the log that Nova keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ApiProblem, request

if TYPE_CHECKING:
    from .server import SimulatedServers

ACTIONS = {
    "os-start": ("powering-on", {"stopped"}, "active"),
    "os-stop": ("powering-off", {"active", "error"}, "stopped"),
    "reboot": ("rebooting_hard", {"active", "stopped", "paused", "suspended", "error"}, "active"),
    "pause": ("pausing", {"active"}, "paused"),
    "unpause": ("unpausing", {"paused"}, "active"),
    "suspend": ("suspending", {"active"}, "suspended"),
    "resume": ("resuming", {"suspended"}, "active"),
    "shelve": ("shelving", {"active", "stopped", "paused", "suspended"}, "shelved_offloaded"),
    "unshelve": ("unshelving", {"shelved", "shelved_offloaded"}, "active"),
    "resize": ("resize_prep", {"active", "stopped"}, "resized"),
    "rebuild": ("rebuilding", {"active", "stopped", "error"}, "active"),
    "confirmResize": (None, {"resized"}, "active"),
    "revertResize": ("resize_reverting", {"resized"}, "active"),
}
"""For each action its task, the states in which it is allowed, and the state in which it ends."""
DEFINES = frozenset({"os-start", "reboot", "rebuild", "resize", "revertResize", "unshelve"})
"""What makes Nova define a server's guest anew, whatever somebody did to it."""
INSTANT: dict[str, dict[str, Any]] = {"lock": {"locked": True}, "unlock": {"locked": False, "locked_reason": None}}
"""What is done as soon as it is asked for."""
ROOM = {"ram": 100_000_000, "disk": 100_000}
"""MiB of memory and GiB of disk that no host has."""
EXHAUSTED = (
    "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance {}."
)
NO_HOST = "No valid host was found. There are not enough hosts available."


def begin(servers: SimulatedServers, server: dict[str, Any], action: str, arguments: Any) -> None:
    """Begin an action. Raises ``ApiProblem`` where Nova refuses it."""
    if action in INSTANT:
        server.update({**INSTANT[action], **(arguments or {})})
    elif action == "os-resetState":
        server.update(vm_state=arguments["state"], task_state=None, until=None)
    elif action in ACTIONS:
        _begin_action(servers, server, action, arguments)
    else:
        raise ApiProblem(400, f"There is no such action: {action}")


def _begin_action(servers: SimulatedServers, server: dict[str, Any], action: str, arguments: Any) -> None:
    """Begin an action that takes its time."""
    task, allowed, then = ACTIONS[action]
    _refuse(server, action.removeprefix("os-"), allowed)
    failure = ""
    if action == "resize":
        failure = _resize(servers, server, arguments["flavorRef"])
        then = server["vm_state"] if failure else then
    if action == "rebuild":
        request.check_image(servers.cloud, arguments["imageRef"])
        server["image"] = arguments["imageRef"]
        then = "stopped" if server["vm_state"] == "stopped" else "active"
        server["metadata"] = arguments.get("metadata", server["metadata"])
    if action in {"confirmResize", "revertResize"}:
        then, flavor = server.pop("before")
        server["flavor"] = flavor if action == "revertResize" else server["flavor"]
    if action in DEFINES:
        servers.cloud.hosts.renew(server["id"])
    _note(server, action.removeprefix("os-"), failure)
    server.update(task_state=task, until=servers.due(action), then=then)


def _refuse(server: dict[str, Any], action: str, allowed: set[str]) -> None:
    """Refuse what does not fit a server's state. Raises ``ApiProblem`` (409)."""
    for kind, wrong in (
        ("vm_state", server["vm_state"] not in allowed),
        ("task_state", server["task_state"] is not None),
    ):
        if wrong:
            raise ApiProblem(409, f"Cannot '{action}' instance {server['id']} while it is in {kind} {server[kind]}")


def fits(flavor: dict[str, Any]) -> bool:
    """Tell whether any host has room for a server of a flavor."""
    return all(flavor[size] < most for size, most in ROOM.items())


def _resize(servers: SimulatedServers, server: dict[str, Any], ident: str) -> str:
    """Give a server another flavor; return why that must fail later, if it must. Raises ``ApiProblem`` (400)."""
    if ident not in servers.flavors:
        raise ApiProblem(400, f"Flavor {ident} could not be found.")
    flavor = servers.flavors[ident]
    if flavor["name"] == server["flavor"]["name"]:
        raise ApiProblem(400, "When resizing, instances must change flavor!")
    if not fits(flavor):
        return NO_HOST
    server["before"] = server["vm_state"], server["flavor"]
    server["flavor"] = flavor
    return ""


def _note(server: dict[str, Any], action: str, failure: str = "") -> None:
    """Write down an action, the newest first; a failed one has its reason in an event."""
    noted = server.setdefault("actions", [])
    event = {"event": f"conductor_{action}", "details": failure or None}
    number = f"req-{server['id']}-{len(noted) + 1}"
    noted.insert(
        0, {"action": action, "request_id": number, "message": "Error" if failure else None, "events": [event]}
    )


def read_log(server: dict[str, Any], path: str) -> dict[str, Any]:
    """Return all actions without their events, or the one that the path names."""
    noted = server.get("actions", [])
    wanted = path.partition("/")[2]
    if wanted:
        found = next((one for one in noted if one["request_id"] == wanted), None)
        if found is None:
            raise ApiProblem(404, f"Action for request_id {wanted} could not be found")
        return {"instanceAction": found}
    return {"instanceActions": [{k: v for k, v in one.items() if k != "events"} for one in noted]}
