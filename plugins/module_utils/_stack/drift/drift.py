"""One disagreement between declaration, Nova, Placement and the hosts, and the classes that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import change, policy

if TYPE_CHECKING:
    from ..observed import Item

MISSING_DOMAIN, POWER, HOST, PLACEMENT = policy.MISSING_DOMAIN, policy.POWER, policy.HOST, change.PLACEMENT
UNKNOWN_DOMAIN = "unknown-domain"
ZOMBIE = "zombie"
TWIN = "twin"
DEFINITION = "definition"
ALLOCATION = "allocation"
FIELD = "field"
UNSEEN = "unseen"
"""What could not be looked at: no class of drift, and no reason to believe that there is none."""

CLASSES = (
    MISSING_DOMAIN,
    UNKNOWN_DOMAIN,
    ZOMBIE,
    TWIN,
    POWER,
    DEFINITION,
    HOST,
    ALLOCATION,
    PLACEMENT,
    FIELD,
)

REPAIRS = {
    MISSING_DOMAIN: frozenset({"reboot"}),
    POWER: frozenset({"reboot", "start", "stop"}),
    DEFINITION: frozenset({"reboot", "revert"}),
}
"""Which steps of a plan end a disagreement of a class."""


class Drift(NamedTuple):
    """One disagreement about a thing: ``kind`` is its class, ``name`` as declared, ``of`` what it is.

    ``repair`` names the step that would end it, if the plan has one. ``ignored``: somebody said that it does not
    matter. ``id`` is the thing's in the cloud, where it has one.
    """

    kind: str
    name: str
    host: str
    text: str
    repair: str = ""
    origin: str = ""
    of: str = "server"
    ignored: bool = False
    id: str = ""


def server_name(item: Item) -> str:
    """Return how the declaration calls a server, or Nova where it is not ours."""
    return (item.mark.key if item.mark is not None else None) or item.name
