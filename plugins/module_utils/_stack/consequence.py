"""A verb hides what a change costs; a consequence says it, and can be limited with ``--max-consequence``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = "none"
REBOOT = "reboot"
DOWNTIME = "downtime"
MOVES_HOST = "moves-host"
LOSES_EPHEMERAL = "loses-ephemeral"
DESTROYS_ROOT_DISK = "destroys-root-disk"
DESTROYS_DATA = "destroys-data"
CHANGES_IP = "changes-ip"
CHANGES_UUID = "changes-uuid"

LADDER = (
    NONE,
    REBOOT,
    DOWNTIME,
    MOVES_HOST,
    LOSES_EPHEMERAL,
    DESTROYS_ROOT_DISK,
    CHANGES_IP,
    CHANGES_UUID,
    DESTROYS_DATA,
)
"""From harmless to gone. A limit allows itself and everything before it."""


def worst(consequences: Iterable[str]) -> str:
    """Return the gravest of several consequences; ``none`` of none."""
    return max(consequences, key=LADDER.index, default=NONE)


def exceeds(consequence: str, limit: str) -> bool:
    """Tell whether a consequence is graver than the limit allows."""
    return LADDER.index(consequence) > LADDER.index(limit)
