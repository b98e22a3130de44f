"""One look at the cloud: a few whole lists side by side, and an honest word on what could not be seen.

Lists are asked without filters, because Nova leaves out servers of a cell that is down as soon as a filter is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..._api.shape import UNKNOWN
from ..._core.errors import ObserveError
from ..._stack.observed import COMPLETE, FAILED, PARTIAL, Item, Observed, of_project
from ..kind import kept
from ..kind.kind import OWN, SHARED
from ..kind.registry import KINDS, LISTINGS
from ..kind.server.read import to_server
from . import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..._api.session import Session
    from ..._api.token import Token
    from ..kind.kind import Lists

CONNECTIONS = 4
ADMINISTRATOR = "admin"
OPTIONAL = "volume"
"""The service that a cloud may be without."""
OPEN = frozenset({"public", "community", "shared"})


def observe(session: Session, kinds: Iterable[str], remembered: Mapping[str, str] = {}) -> Observed:
    """Look at all things of these kinds.

    ``remembered`` maps uids to ids of servers that we know of: one that is missing from the list is asked for by its id
    before anybody may think that it is gone. It may be in a cell that is down, deleted softly, in another project by
    now, or left out of a long list while Nova builds others.
    """
    token = session.token()
    asked = [name for name in lists_needed(kinds) if LISTINGS[name].service != OPTIONAL or OPTIONAL in token.catalog]
    raws = dict(zip(asked, session.crowd(CONNECTIONS, lambda kind: fetch(session, kind), asked)))
    complaints = tuple(str(raw) for raw in raws.values() if isinstance(raw, ObserveError))
    lists = {kind: raw for kind, raw in raws.items() if not isinstance(raw, ObserveError)}
    coverage = {kind: COMPLETE if kind in lists else FAILED for kind in asked}
    coverage.update({name: coverage[kind.listing.of] for name, kind in KINDS.items() if kind.listing.of in coverage})
    unknown: list[str] = []
    if "server" in lists:
        listed = {raw["id"] for raw in lists["server"]}
        told = _find_unlisted(session, [ident for ident in remembered.values() if ident not in listed])
        lists["server"] += told.found
        reason.fill_faults(session, lists["server"])
        unknown = [raw["id"] for raw in lists["server"] if raw.get("status") == UNKNOWN]
        complaints += told.complaints
        complaints += (f"Nova cannot read {len(unknown)} servers: a cell is down",) if unknown else ()
        coverage["server"] = PARTIAL if unknown or told.complaints else COMPLETE
    items = tuple(of_project(_understand(lists), token.project))
    return Observed(items, coverage, unknown=tuple(unknown), complaints=complaints)


def lists_needed(kinds: Iterable[str]) -> list[str]:
    """Return what to list for these kinds, the longest list first."""
    wanted = set(kinds)
    for kind in (KINDS[name] for name in tuple(wanted) if name in KINDS):
        wanted |= {kind.listing.of, *kind.besides}
    return [name for name in LISTINGS if name in wanted]


def fetch(session: Session, name: str) -> Any:
    """Return one whole list, by what its members are, or the error that kept us from it."""
    listing = LISTINGS[name]
    token = session.token()
    own, shared = listing.whose == OWN, listing.whose == SHARED
    path = f"{listing.path}?project_id={token.project}{kept.query_of(listing.kept)}" if own else listing.path
    keep = kept.Keeper(listing.kept).keep
    try:
        pages = session.pages(listing.service, path, listing.name)
        found = [keep(_as_called(raw, token)) for raw in pages if not shared or _visible(raw, token)]
    except ObserveError as error:
        return error
    # What came twice, because something went from a page before while we read, is one thing all the same.
    return list({raw["id"]: raw for raw in found}.values()) if listing.has_ids else found


def _visible(raw: Mapping[str, Any], token: Token) -> bool:
    """Tell whether a network or an image is for this project; an administrator is shown everybody's."""
    owner = raw.get("project_id") or raw.get("owner")
    open_to_all = raw.get("shared") or raw.get("router:external")
    return bool(owner in {token.project, None} or open_to_all or raw.get("visibility") in OPEN)


def _as_called(raw: dict[str, Any], token: Token) -> dict[str, Any]:
    """Return an image as it may be called: an administrator calls those that others only share by their ids alone.

    ``shared`` is what Glance makes of every image unless told otherwise. Anybody else is shown those that were shared
    with him and that he accepted, but an administrator all there are: their owners could take any name.
    """
    others = raw.get("visibility") == "shared" and raw.get("owner") not in {token.project, None}
    return {**raw, "name": raw["id"]} if others and ADMINISTRATOR in token.roles else raw


def _understand(lists: Lists) -> Iterator[Item]:
    """Turn all lists into items: first what is told in its own list, then what others say something of, too."""
    for name, kind in KINDS.items():
        if kind.read is not None:
            yield from map(kind.read, lists.get(name, ()))
    for kind in KINDS.values():
        if kind.read_among is not None:
            yield from kind.read_among(lists)


class Unlisted(NamedTuple):
    """Servers that are not in the list and are there all the same, and what kept us from looking."""

    found: tuple[dict[str, Any], ...] = ()
    complaints: tuple[str, ...] = ()


def _find_unlisted(session: Session, idents: Iterable[str]) -> Unlisted:
    """Ask for servers by their ids; only a 404 says that one is gone. A cell that is down tells ids only."""
    found = []
    try:
        for ident in idents:
            raw = session.one("compute", f"/servers/{ident}", "server")
            if raw is not None:
                found.append(raw)
    except ObserveError as error:
        return Unlisted(tuple(found), (str(error),))
    return Unlisted(tuple(found))


def build_hosts(session: Session, seen: Optional[Observed]) -> int:
    """Return how many hosts build servers now. Who may not ask Nova is told how many have servers that it sees."""
    try:
        told = list(session.pages("compute", "/os-services?binary=nova-compute", "services"))
        up = sum(1 for one in told if one.get("state") == "up" and one.get("status") == "enabled")
    except ObserveError:
        items = seen.of_kind("server") if seen is not None else []
        up = len({item.status.get("host") or item.status.get("host_id") for item in items} - {None, ""})
    return max(1, up)


def under_way(session: Session, tag: Optional[str], idents: Sequence[str]) -> tuple[dict[str, Item], frozenset[str]]:
    """Return servers by id, and which of those asked for nothing is known of.

    A filter leaves out the servers of a cell that is down, and Nova those that were deleted softly: who is missing is
    asked for, and only a 404 says that he is gone.
    """
    try:
        raws = {raw["id"]: raw for raw in _tagged_servers(session, tag)}
    except ObserveError:
        return {}, frozenset(idents)
    reason.fill_faults(session, [raws[ident] for ident in idents if ident in raws])
    by_id = {ident: to_server(raw, None) for ident, raw in raws.items()}
    missing = [ident for ident in idents if ident not in by_id]
    told = session.crowd(CONNECTIONS, lambda ident: _find_unlisted(session, [ident]), missing) if missing else []
    found = [raw for one in told for raw in one.found]
    hidden = {ident for ident, one in zip(missing, told) if one.complaints}
    hidden |= {raw["id"] for raw in found if raw.get("status") == UNKNOWN}
    by_id.update({raw["id"]: to_server(raw, None) for raw in found if raw["id"] not in hidden})
    return by_id, frozenset(hidden)


def servers(session: Session, tag: Optional[str] = None) -> list[Item]:
    """Return the servers with a tag, alone and without their ports: for waiting, not for deciding."""
    return [to_server(raw, None) for raw in _tagged_servers(session, tag)]


def _tagged_servers(session: Session, tag: Optional[str]) -> Iterator[dict[str, Any]]:
    """Yield Nova's own records of the servers with a tag."""
    path = f"/servers/detail?tags={tag}" if tag else "/servers/detail"
    return session.pages("compute", path, "servers")
