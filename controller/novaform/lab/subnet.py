"""Labs need address ranges that nothing else on the machine uses; the choice depends on the name, so it is stable."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import TYPE_CHECKING

from novaform.lab import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

_POOL = ipaddress.IPv4Network("10.64.0.0/10")
_PAIRS = 1 << (23 - _POOL.prefixlen)
_FIRST_HOST = 11
_FLOATING = (100, 199)


def choose(name: str, used: Iterable[ipaddress.IPv4Network]) -> tuple[ipaddress.IPv4Network, ipaddress.IPv4Network]:
    """Choose two neighbouring /24: for the hosts, and for floating addresses; raises LabError when all are used."""
    taken = [network for network in used if network.prefixlen > 0]
    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    for offset in range(_PAIRS):
        start = int(_POOL.network_address) + ((first + offset) % _PAIRS) * 512
        pair = ipaddress.IPv4Network((start, 23))
        if not any(pair.overlaps(network) for network in taken):
            hosts, provider = pair.subnets(new_prefix=24)
            return hosts, provider
    raise LabError(f"no free address range for lab {name} in {_POOL}")


def gateway(network: ipaddress.IPv4Network) -> str:
    """Give the machine's own address in a lab network."""
    return str(network[1])


def host_address(network: ipaddress.IPv4Network, index: int) -> str:
    """Give the address of the lab's host number `index`, from 0."""
    return str(network[_FIRST_HOST + index])


def floating_pool(network: ipaddress.IPv4Network) -> tuple[str, str]:
    """Give the first and last floating address."""
    return str(network[_FLOATING[0]]), str(network[_FLOATING[1]])
