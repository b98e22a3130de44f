"""What is to be known of a kind of thing: where it is listed, what its JSON means, and the requests that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..._stack.observed import Item
    from ..context import Context
    from .kept import KeptFields

Raw = dict[str, Any]
"""One thing as an API tells it."""
Lists = dict[str, list[Raw]]
"""All lists of one look, by what their members are; a list that could not be had is missing."""
ALL, OWN, SHARED = "all", "own", "shared"
"""What is taken of a list: all of it; what Neutron lists of our project; what is ours or is open to us."""


class Listing(NamedTuple):
    """Where a list is: the service, the path, and the name of the list in the answer.

    ``of`` is what its members are, in our words. ``kept`` is what is kept of each member of a long list; None for all.
    Key pairs alone have no ids.
    """

    of: str
    service: str
    path: str
    name: str
    whose: str = ALL
    kept: Optional[KeptFields] = None
    has_ids: bool = True


class Kind(NamedTuple):
    """One kind of thing, in the words of the API that it belongs to.

    ``path`` is where its collection is, as a member is asked for; empty for what has no address of its own. ``besides``
    are the other lists that are needed to understand it. Either ``read`` takes one member of its list, or
    ``read_among`` all lists, for what others say of it, too. ``update`` is given the fields that differ, by name; None
    where nothing can be changed in place. ``remove`` is None where a DELETE does it.
    """

    listing: Listing
    path: str
    make: Callable[[Context, Wanted], str]
    read: Optional[Callable[[Raw], Item]] = None
    read_among: Optional[Callable[[Lists], Iterable[Item]]] = None
    update: Optional[Callable[[Context, Change, dict[str, Any]], None]] = None
    remove: Optional[Callable[[Context, Change], None]] = None
    besides: tuple[str, ...] = ()


def rename(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return those values that have a name in the API, under it."""
    return {names[name]: value for name, value in values.items() if name in names and value is not None}


def update_pairs(context: Context, path: str, name: str, after: Mapping[str, Any]) -> None:
    """Set pairs of a thing of Nova's, and remove those whose value is None. ``name`` is what a request calls them."""
    kept = {key: value for key, value in after.items() if value is not None}
    if kept:
        context.session.send("compute", "POST", path, {name: kept})
    for key in sorted(set(after) - set(kept)):
        context.session.send("compute", "DELETE", f"{path}/{quote(key, safe='')}")
