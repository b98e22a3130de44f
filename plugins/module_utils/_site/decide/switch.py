"""Whether what Open vSwitch has is a network: bridges that an agent programs, patches between them, guests plugged in.

A bridge that is made anew while its agent runs is empty, and the agent may wait for the old one for ever: it answers
and reports all the while, and no guest of the host gets a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def faults(names: Sequence[str], seen: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each thing that keeps one of these bridges from being a part of the network.

    ``seen`` is ``{bridge: {"programmed", "connected", "patches": {port: what is wrong with it}}}``.
    """
    return [sentence for name in names for sentence in _faults_of(name, seen.get(name))]


def _faults_of(name: str, one: Mapping[str, Any] | None) -> Iterator[str]:
    if one is None:
        yield f"there is no bridge {name}"
    elif not one["programmed"]:
        yield f"neutron's agent has programmed nothing in {name} since that was made"
    elif not one["connected"]:
        yield f"{name} has no connection to neutron's agent"
    elif not one["patches"]:
        yield f"no patch leads from {name} to another bridge"
    else:
        yield from (f"{port} of {name} leads nowhere: {why}" for port, why in one["patches"].items() if why)


def unplugged_guests(domains: Iterable[Mapping[str, Any]], ports: Iterable[str]) -> list[str]:
    """Return a sentence for each running guest of Nova's with interfaces that are in no bridge of the switch.

    ``domains`` are those of ``kvm_domains_info``, ``ports`` the names of all ports of all bridges.
    """
    known = set(ports)
    found = []
    for domain in domains:
        live = domain["live"] if domain["active"] and domain["nova"] else None
        interfaces = [one["target"] for one in (live or {}).get("interfaces", ()) if one["type"] == "ethernet"]
        lost = [target for target in interfaces if target and target not in known]
        if lost:
            told = f"{', '.join(lost)} of {domain['name']} is in no bridge, so that guest hears nothing"
            found.append(f"{told}: openstack server reboot --hard {domain['uuid']}")
    return found
