"""How much of its quotas for servers a project uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .._core.errors import ObserveError
from .answer import member

if TYPE_CHECKING:
    from .session import Session

NAMES = {
    "instances": ("totalInstancesUsed", "maxTotalInstances"),
    "cores": ("totalCoresUsed", "maxTotalCores"),
    "ram_mb": ("totalRAMUsed", "maxTotalRAMSize"),
}


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
