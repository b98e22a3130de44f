"""One look at the cloud: a few whole lists side by side, and an honest word on what could not be seen.

Lists are asked without filters, because Nova leaves out servers of a cell that is down as soon as a filter is given.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..._api.shape import UNKNOWN
from ..._core.errors import ObserveError
from ..._stack.observed import COMPLETE, FAILED, PARTIAL, Item, Observed, of_project
from .. import seen_compute, seen_network, volume
from . import kept, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..._api.session import Session
    from ..._api.token import Token

Raw = list[dict[str, Any]]


class Listing(NamedTuple):
    """Where a list is: the service, the path, and the name of the list in the answer."""

    service: str
    path: str
    name: str


LISTS = {
    "server": Listing("compute", "/servers/detail", "servers"),
    "flavor": Listing("compute", "/flavors/detail?is_public=None", "flavors"),
    "key": Listing("compute", "/os-keypairs", "keypairs"),
    "server_group": Listing("compute", "/os-server-groups", "server_groups"),
    "image": Listing("image", "/images?limit=1000", "images"),
    "volume": Listing("volume", "/volumes/detail", "volumes"),
    "network": Listing("network", "/networks", "networks"),
    "subnet": Listing("network", "/subnets", "subnets"),
    "router": Listing("network", "/routers", "routers"),
    "port": Listing("network", "/ports", "ports"),
    "security_group": Listing("network", "/security-groups", "security_groups"),
    "floating_ip": Listing("network", "/floatingips", "floatingips"),
}
BESIDES = {
    "server": ("port", "image", "network", "security_group", "flavor"),
    "interface": ("port", "subnet", "router"),
    "floating_ip": ("port", "server", "network"),
    "router": ("network",),
}
"""What else must be listed to understand a kind."""
READERS = {
    "flavor": seen_compute.to_flavor,
    "key": seen_compute.to_key,
    "volume": volume.to_volume,
    "server_group": seen_compute.to_server_group,
    "image": seen_network.to_image,
    "network": seen_network.to_network,
    "subnet": seen_network.to_subnet,
    "router": seen_network.to_router,
    "security_group": seen_network.to_security_group,
}
OWN = frozenset({"subnet", "router", "port", "security_group", "floating_ip"})
SHARED = frozenset({"network", "image"})
CONNECTIONS = 4
ADMINISTRATOR = "admin"
OPEN = frozenset({"public", "community", "shared"})


def observe(session: Session, kinds: Iterable[str], remembered: Mapping[str, str] = {}) -> Observed:
    """Look at all things of these kinds.

    ``remembered`` maps uids to ids of servers that we know of: one that is missing from the list is asked for by its id
    before anybody may think that it is gone. It may be in a cell that is down, deleted softly, in another project by
    now, or left out of a long list while Nova builds others.
    """
    token = session.token()
    has = token.catalog
    asked = [kind for kind in needed(kinds) if kind != "volume" or "volume" in has]
    raws = dict(zip(asked, session.crowd(CONNECTIONS, lambda kind: fetch(session, kind), asked)))
    complaints = tuple(str(raw) for raw in raws.values() if isinstance(raw, ObserveError))
    lists = {kind: raw for kind, raw in raws.items() if not isinstance(raw, ObserveError)}
    coverage = {kind: COMPLETE if kind in lists else FAILED for kind in asked}
    coverage.update({"interface": coverage["port"]} if "port" in coverage else {})
    unknown: list[str] = []
    if "server" in lists:
        listed = {raw["id"] for raw in lists["server"]}
        told = find_unlisted(session, [ident for ident in remembered.values() if ident not in listed])
        lists["server"] += told.found
        reason.fill_faults(session, lists["server"])
        unknown = [raw["id"] for raw in lists["server"] if raw.get("status") == UNKNOWN]
        complaints += told.complaints
        complaints += (f"Nova cannot read {len(unknown)} servers: a cell is down",) if unknown else ()
        coverage["server"] = PARTIAL if unknown or told.complaints else COMPLETE
    items = tuple(of_project(understand(lists), token.project))
    return Observed(items, coverage, unknown=tuple(unknown), complaints=complaints)


def needed(kinds: Iterable[str]) -> list[str]:
    """Return what to list for these kinds, the longest list first."""
    wanted = set(kinds)
    for kind in tuple(wanted):
        wanted |= set(BESIDES.get(kind, ()))
    return [kind for kind in LISTS if kind in wanted]


def fetch(session: Session, kind: str) -> Any:
    """Return one whole list, or the error that kept us from it."""
    service, path, name = LISTS[kind]
    token = session.token()
    if kind in OWN:
        path = f"{path}?project_id={token.project}{kept.query_of(kind)}"
    keep = kept.Keeper(kind).keep
    try:
        pages = session.pages(service, path, name)
        found = [keep(called(raw, token)) for raw in pages if kind not in SHARED or visible(raw, token)]
    except ObserveError as error:
        return error
    # What came twice, because something went from a page before while we read, is one thing all the same.
    return found if kind == "key" else list({raw["id"]: raw for raw in found}.values())


def visible(raw: Mapping[str, Any], token: Token) -> bool:
    """Tell whether a network or an image is for this project; an administrator is shown everybody's."""
    owner = raw.get("project_id") or raw.get("owner")
    open_to_all = raw.get("shared") or raw.get("router:external")
    return bool(owner in {token.project, None} or open_to_all or raw.get("visibility") in OPEN)


def called(raw: dict[str, Any], token: Token) -> dict[str, Any]:
    """Return an image as it may be called: an administrator calls those that others only share by their ids alone.

    ``shared`` is what Glance makes of every image unless told otherwise. Anybody else is shown those that were shared
    with him and that he accepted, but an administrator all there are: their owners could take any name.
    """
    others = raw.get("visibility") == "shared" and raw.get("owner") not in {token.project, None}
    return {**raw, "name": raw["id"]} if others and ADMINISTRATOR in token.roles else raw


def understand(lists: Mapping[str, Raw]) -> Iterable[Item]:
    """Turn all lists into items."""
    for kind, reader in READERS.items():
        yield from map(reader, lists.get(kind, ()))
    ports = lists.get("port")
    of_device: dict[str, Raw] = defaultdict(list)
    for port in ports or ():
        of_device[port.get("device_id") or ""].append(port)
    for raw in kept.drained(lists.get("server", [])):
        yield seen_compute.to_server(raw, None if ports is None else of_device.get(raw["id"], []))
    yield from legs(ports or [], lists)
    by_id = {port["id"]: port for port in ports or ()}
    for raw in lists.get("floating_ip", ()):
        yield seen_network.to_floating_ip(raw, by_id)


def legs(ports: Raw, lists: Mapping[str, Raw]) -> Iterable[Item]:
    """Yield the routers' legs."""
    subnets = {raw["id"]: seen_network.to_subnet(raw) for raw in lists.get("subnet", ())}
    for port in ports:
        if str(port.get("device_owner", "")).startswith(seen_network.ROUTER_LEG):
            found = seen_network.to_interface(port, subnets)
            if found is not None:
                yield found


class Unlisted(NamedTuple):
    """Servers that are not in the list and are there all the same, and what kept us from looking."""

    found: tuple[dict[str, Any], ...] = ()
    complaints: tuple[str, ...] = ()


def find_unlisted(session: Session, idents: Iterable[str]) -> Unlisted:
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
        raws = {raw["id"]: raw for raw in tagged(session, tag)}
    except ObserveError:
        return {}, frozenset(idents)
    reason.fill_faults(session, [raws[ident] for ident in idents if ident in raws])
    by_id = {ident: seen_compute.to_server(raw, None) for ident, raw in raws.items()}
    missing = [ident for ident in idents if ident not in by_id]
    told = session.crowd(CONNECTIONS, lambda ident: find_unlisted(session, [ident]), missing) if missing else []
    found = [raw for one in told for raw in one.found]
    hidden = {ident for ident, one in zip(missing, told) if one.complaints}
    hidden |= {raw["id"] for raw in found if raw.get("status") == UNKNOWN}
    by_id.update({raw["id"]: seen_compute.to_server(raw, None) for raw in found if raw["id"] not in hidden})
    return by_id, frozenset(hidden)


def servers(session: Session, tag: Optional[str] = None) -> list[Item]:
    """Return the servers with a tag, alone and without their ports: for waiting, not for deciding."""
    return [seen_compute.to_server(raw, None) for raw in tagged(session, tag)]


def tagged(session: Session, tag: Optional[str]) -> Iterator[dict[str, Any]]:
    """Yield Nova's own records of the servers with a tag."""
    path = f"/servers/detail?tags={tag}" if tag else "/servers/detail"
    return session.pages("compute", path, "servers")
