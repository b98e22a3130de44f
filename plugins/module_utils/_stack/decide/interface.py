"""A server's interfaces, side by side: networks, their order, security groups and fixed addresses.

Each comparison returns (before, after), with UNSET where nothing can be told: the ports are not there yet, or were not
listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..desired import Wanted
    from ..observed import Interface, Item
    from .index import Index

UNSET: dict[str, Any] = {}
"""In place of a desired value: this field cannot be compared now."""


def _of(item: Item) -> Sequence[Interface]:
    """Return a server's interfaces in their order; none where they could not be listed."""
    return item.fields.get("interfaces") or ()


def _network_names(index: Index, item: Item) -> list[Optional[str]]:
    """Return the networks of a server by name, in the order of its interfaces; None for one that is not to be seen."""
    return [index.name_of("network", one.network) for one in _of(item)]


def _groups_of(index: Index, one: Interface) -> Optional[list[str]]:
    """Return the security groups of an interface by name; None where one of them is not to be seen."""
    names = [index.name_of("security_group", ident) for ident in one.security_groups]
    return None if None in names else sorted(name for name in names if name is not None)


def _words(index: Index, kind: str, declared: Iterable[str]) -> list[str]:
    """Return declared names and ids in the words in which what is there is told."""
    return sorted(index.word(kind, one) for one in declared)


def _networks(index: Index, wanted: Wanted, item: Item) -> tuple[Any, Any]:
    """Compare the networks; one that a server is on twice counts twice."""
    has = _network_names(index, item)
    if item.fields.get("interfaces") is None or None in has:
        return None, UNSET
    return sorted(name for name in has if name is not None), _words(index, "network", wanted.fields["networks"])


def _security_groups(index: Index, wanted: Wanted, item: Item) -> tuple[Any, Any]:
    """Compare the groups that all interfaces should have; where they have several, say which has which."""
    has = [_groups_of(index, one) for one in _of(item)]
    if not has or None in has:
        return None, UNSET
    after = _words(index, "security_group", wanted.fields["security_groups"])
    if all(groups == has[0] for groups in has):
        return has[0], after
    return dict(zip(_network_names(index, item), has)), after


def _port_groups(index: Index, wanted: Wanted, item: Item) -> tuple[Any, Any]:
    """Compare the groups of each interface, by network; of several on one network one that differs stands for all."""
    declared = wanted.fields["port_groups"].items()
    after: dict[Optional[str], Any] = {
        index.word("network", name): _words(index, "security_group", groups) for name, groups in declared
    }
    has = [_groups_of(index, one) for one in _of(item)]
    if not has or None in has:
        return None, UNSET
    before: dict[Optional[str], Any] = {}
    for network, groups in zip(_network_names(index, item), has):
        if network not in before or before[network] == after.get(network):
            before[network] = groups
    return before, after


def _fixed_ips(index: Index, wanted: Wanted, item: Item) -> tuple[Any, Any]:
    """Compare the declared addresses, network by network; an interface that lacks will come with its address."""
    names = _network_names(index, item)
    should = _words(index, "network", wanted.fields["networks"])
    before, after = {}, {}
    for written, addresses in wanted.fields["fixed_ips"].items():
        network = index.word("network", written)
        has = [address for name, one in zip(names, _of(item)) if name == network for address in one.addresses]
        built = names.count(network) >= should.count(network)
        if built and not set(addresses) <= set(has):
            before[network], after[network] = has, list(addresses)
    return (before, after) if after else (None, UNSET)


FIELDS = {
    "networks": _networks,
    "security_groups": _security_groups,
    "port_groups": _port_groups,
    "fixed_ips": _fixed_ips,
}


def disorder(index: Index, wanted: Wanted, item: Item) -> str:
    """Say that a server's interfaces are in another order than declared, which only a new server would have."""
    if len(_of(item)) < 2:
        return ""
    should = [index.word("network", str(port["network"])) for port in wanted.create.get("networks") or ()]
    has = [name or "" for name in _network_names(index, item)]
    if has == should or sorted(has) != sorted(should):
        return ""
    return f"its interfaces are in the order {', '.join(has)}, not {', '.join(should)}: only a new server would differ"
