"""All kinds, and what is done to one of any kind.

The imports are static and the table is a literal, because a host is sent what is imported by name and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from ..._core.errors import ApplyError
from ..._stack.decide.thing import MARK
from . import neutron
from .flavor import FLAVOR
from .floating_ip import FLOATING_IP
from .image import IMAGE
from .key import KEY
from .network import NETWORK, SUBNET
from .router import INTERFACE, ROUTER
from .security_group import SECURITY_GROUP
from .server import SERVER
from .server_group import SERVER_GROUP
from .volume import VOLUME

if TYPE_CHECKING:
    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..context import Context
    from .kind import Kind, Listing

KINDS: dict[str, Kind] = {
    "server": SERVER,
    "flavor": FLAVOR,
    "key": KEY,
    "server_group": SERVER_GROUP,
    "image": IMAGE,
    "volume": VOLUME,
    "network": NETWORK,
    "subnet": SUBNET,
    "router": ROUTER,
    "interface": INTERFACE,
    "security_group": SECURITY_GROUP,
    "floating_ip": FLOATING_IP,
}
"""In the order in which their lists are asked for: the longest first."""
LISTINGS: dict[str, Listing] = {kind.listing.of: kind.listing for kind in KINDS.values()}
"""The lists, by what their members are: those of the kinds, and ports, off which interfaces are read."""


def make(context: Context, wanted: Wanted) -> str:
    """Make one thing and return its id. Raises ``Lost`` where its fate is unknown."""
    return KINDS[wanted.kind].make(context, wanted)


def update(context: Context, change: Change, wanted: Wanted) -> None:
    """Change fields in place, or complete the mark."""
    kind = KINDS[change.kind]
    values = {one.field: one.after for one in change.fields if one.field != MARK}
    if len(values) < len(change.fields):
        neutron.tag(context, wanted, f"{kind.path}/{change.target}")
    if values and kind.update is None:
        raise ApplyError(f"{change.origin}: a {change.kind.replace('_', ' ')} cannot be changed in place")
    if values and kind.update is not None:
        kind.update(context, change, values)


def remove(context: Context, change: Change) -> None:
    """Remove one thing; that it is gone already is as good."""
    kind = KINDS[change.kind]
    if kind.remove is not None:
        return kind.remove(context, change)
    return context.session.delete(kind.listing.service, f"{kind.path}/{quote(change.target, safe='')}")
