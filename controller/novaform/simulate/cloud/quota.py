"""A project's quotas for servers: what Nova tells of them, and what it says when they are used up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ApiProblem

if TYPE_CHECKING:
    from .nova import Nova

NAMES = {"instances": "Instances", "cores": "Cores", "ram": "RAM"}
SIZES = {"cores": "vcpus", "ram": "ram"}


def _size_of(flavor: dict[str, Any]) -> dict[str, int]:
    """Return what one server of a flavor takes."""
    return {"instances": 1, **{name: int(flavor[size]) for name, size in SIZES.items()}}


def _usage(nova: Nova) -> dict[str, int]:
    """Return what all servers take."""
    each = [_size_of(server["flavor"]) for server in nova.servers.values()]
    return {name: sum(one[name] for one in each) for name in NAMES}


def on_limits(nova: Nova, *asked: Any) -> tuple[int, Any]:
    """Answer for quotas and their use as Nova shows them; -1 is no end."""
    del asked
    found: dict[str, int] = {}
    for name, number in _usage(nova).items():
        word = NAMES[name]
        found[f"total{word}Used"] = number
        found["maxTotalRAMSize" if name == "ram" else f"maxTotal{word}"] = nova.quotas.get(name, -1)
    return 200, {"limits": {"rate": [], "absolute": found}}


def on_quotas(nova: Nova, method: str, rest: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    """Answer for the quotas of the one project."""
    del method, rest, query
    nova.quotas.update((body or {}).get("quota_set", {}))
    return 200, {"quota_set": {name: nova.quotas.get(name, -1) for name in NAMES}}


def check(nova: Nova, flavor: dict[str, Any]) -> None:
    """Refuse a server for which there is no room. Raises ``ApiProblem`` (403)."""
    has, asked = _usage(nova), _size_of(flavor)
    over = [name for name in NAMES if 0 <= nova.quotas.get(name, -1) < has[name] + asked[name]]
    if over:
        words = [", ".join(str(one[name]) for name in over) for one in (asked, has, nova.quotas)]
        names = ", ".join(over)
        raise ApiProblem(
            403,
            f"Quota exceeded for {names}: Requested {words[0]}, but already used {words[1]} of {words[2]} {names}",
        )
