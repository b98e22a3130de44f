"""The addresses of a declared network: which are its own, which it hands out, and what Neutron refuses of them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Iterator

Network = core.model.Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
FLAT, VLAN, TUNNELS, LOCAL = "flat", "vlan", ("vxlan", "gre", "geneve"), "local"
VLAN_IDS = 4094


def _gateway(network: Network) -> Address:
    """Return the gateway's address: the declared one, else the first of the network."""
    if network.gateway is not None:
        return ipaddress.ip_address(network.gateway)
    cidr = ipaddress.ip_network(network.cidr)
    return cidr.network_address + (1 if cidr.num_addresses > 1 else 0)


def _is_end(address: str, network: Network) -> str:
    """Return which end of a network an address is, as the end of a sentence; empty where it is none."""
    cidr, one = ipaddress.ip_network(network.cidr), ipaddress.ip_address(address)
    place = f"({cidr}, {network.origins.of('cidr')})"
    if cidr.max_prefixlen - cidr.prefixlen < 2:
        return ""
    if one == cidr.network_address:
        return f"the address of the network itself {place}"
    return (
        f"the broadcast address of its network {place}" if cidr.version == 4 and one == cidr.broadcast_address else ""
    )


def unfit(address: str, network: Network) -> str:
    """Return why no port can have an address of a network, as the end of a sentence; empty where it can."""
    if ipaddress.ip_address(address) == _gateway(network):
        return f"the gateway of its network ({network.origins.of('gateway')})"
    return _is_end(address, network)


def size(network: Network) -> int:
    """Return how many addresses a network hands out; those of its ends and of its gateway are not among them."""
    if len(network.pool) == 2:
        first, last = (int(ipaddress.ip_address(one)) for one in network.pool)
        return abs(last - first) + 1  # one in the wrong order is told elsewhere
    cidr = ipaddress.ip_network(network.cidr)
    ends = min(2, cidr.max_prefixlen - cidr.prefixlen) if cidr.version == 4 else 1
    return max(0, cidr.num_addresses - (ends if cidr.prefixlen < cidr.max_prefixlen - 1 else 0) - 1)


def wrong(network: Network) -> Iterator[tuple[core.model.Origin, str]]:
    """Yield (place, sentence) for what contradicts itself within one network."""
    cidr = ipaddress.ip_network(network.cidr)
    said = _wrong_range(network, cidr)
    if said:
        yield network.origins.of("cidr"), said
    yield from _wrong_pool(network)
    if network.gateway is not None:
        said = _is_end(network.gateway, network)
        if said:
            yield network.origins.of("gateway"), f"gateway {network.gateway} is {said}"
    for server in network.dns:
        if ipaddress.ip_address(server).version != cidr.version:
            yield network.origins.of("dns"), f"{server} is not a name server for {cidr} ({network.origins.of('cidr')})"
    if cidr.version == 6 and network.mtu is not None and network.mtu < 1280:
        yield network.origins.of("mtu"), f"IPv6 ({cidr}, {network.origins.of('cidr')}) needs an mtu of 1280"
    said = _wrong_provider(network)
    if said:
        yield network.origins.of("provider"), said


def _wrong_range(network: Network, cidr: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    """Return why Neutron makes no subnet of these addresses; empty where it does."""
    if cidr.prefixlen == 0:
        return f"{cidr} is every address there is: Neutron makes no such network"
    if not network.dhcp:
        return ""
    if cidr.max_prefixlen - cidr.prefixlen < 2:
        return f"{cidr} has no room for DHCP: take a larger network, or dhcp: false"
    first = int(cidr.network_address) == 0 and "of no host"
    kind = (cidr.is_multicast and "of groups (multicast)") or (cidr.is_loopback and "of a host itself") or first
    return f"the addresses of {cidr} are {kind}: Neutron hands none out by DHCP" if kind else ""


def _wrong_pool(network: Network) -> Iterator[tuple[core.model.Origin, str]]:
    """Yield addresses in the pool that cannot be handed out."""
    if len(network.pool) != 2:
        return
    first, last = (ipaddress.ip_address(one) for one in network.pool)
    cidr, at = ipaddress.ip_network(network.cidr), network.origins.of("pool")
    if first.version != cidr.version or last.version != cidr.version:
        return  # told already, as not in the network
    if int(first) <= int(_gateway(network)) <= int(last):
        place = f" ({network.origins.of('gateway')})" if network.gateway is not None else ", the first address"
        yield at, f"the pool holds the gateway {_gateway(network)}{place}"
    for end in {first, last}:
        said = _is_end(str(end), network)
        if said:
            yield at, f"the pool holds {end}, {said}"


def _wrong_provider(network: Network) -> str:
    """Return what a kind of network cannot have on the wire; empty where nothing is wrong."""
    kind, physical, segment = network.provider_type, network.provider_physical, network.provider_segment
    if kind == VLAN and segment is not None and segment > VLAN_IDS:
        return f"a VLAN has an id from 1 to {VLAN_IDS}, not {segment}"
    if kind == VLAN and segment is not None and physical is None:
        return "a VLAN with a segment needs a physical_network"
    if kind == FLAT and physical is None:
        return "a flat network needs a physical_network"
    if kind == FLAT and segment is not None:
        return "a flat network has no segment"
    if kind in {*TUNNELS, LOCAL} and physical is not None:
        return f"a {kind} network has no physical_network"
    return "a local network has no segment" if kind == LOCAL and segment is not None else ""
