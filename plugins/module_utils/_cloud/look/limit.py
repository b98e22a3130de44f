"""What a cloud has room for: how much of its quotas a project uses, and which formats its Glance takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ..._api.answer import member
from ..._core.errors import ObserveError

if TYPE_CHECKING:
    from ..._api.session import Session

NAMES = {
    "instances": ("totalInstancesUsed", "maxTotalInstances"),
    "cores": ("totalCoresUsed", "maxTotalCores"),
    "ram_mb": ("totalRAMUsed", "maxTotalRAMSize"),
}


def observe_formats(session: Session) -> Optional[frozenset[str]]:
    """Return the disk formats of images that Glance takes; None where it does not say: it will when it is asked."""
    where = "/schemas/image"
    try:
        schema = member(where, session.get("image", where), "properties")
        told = member(where, schema, "disk_format").get("enum")
    except ObserveError:
        return None
    return frozenset(one for one in told if isinstance(one, str)) if isinstance(told, list) else None


def observe_limits(session: Session) -> Optional[dict[str, tuple[int, int]]]:
    """Return (used, most) of the quotas that have an end; None where Nova does not say: it will when it is asked."""
    try:
        absolute = member("/limits", member("/limits", session.get("compute", "/limits"), "limits"), "absolute")
    except ObserveError:
        return None
    found = {name: (absolute.get(used), absolute.get(most)) for name, (used, most) in NAMES.items()}
    return {
        name: (used, most)
        for name, (used, most) in found.items()
        if isinstance(used, int) and isinstance(most, int) and most >= 0
    }
