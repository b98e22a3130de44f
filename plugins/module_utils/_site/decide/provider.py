"""Networks that the site itself offers: the way outside, made once and then the operators' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def to_network(desired: Mapping[str, Any]) -> dict[str, Any]:
    """Return neutron's request for a network."""
    return {
        "name": desired["name"],
        "provider:network_type": desired["type"],
        "provider:physical_network": desired["physical_network"],
        "router:external": True,
        "shared": False,
    }


def to_subnet(desired: Mapping[str, Any], network: str) -> dict[str, Any]:
    """Return neutron's request for the subnet of a network, whose id is ``network``."""
    subnet = desired["subnet"]
    request: dict[str, Any] = {
        "name": desired["name"],
        "network_id": network,
        "ip_version": 6 if ":" in subnet["cidr"] else 4,
        "cidr": subnet["cidr"],
        "enable_dhcp": False,
    }
    if subnet.get("gateway"):
        request["gateway_ip"] = subnet["gateway"]
    if subnet.get("pool"):
        first, last = subnet["pool"]
        request["allocation_pools"] = [{"start": first, "end": last}]
    return request


def decide(desired: Sequence[Mapping[str, Any]], observed: Mapping[str, Mapping[str, Any]]) -> Plan:
    """Return what is missing. ``observed`` is ``{name: {"subnets": [cidr]}}`` of the networks that there are.

    What is there is never changed: servers may already have addresses of it.
    """
    steps = []
    for one in desired:
        name, seen = one["name"], observed.get(one["name"])
        if seen is None:
            steps.append(Step("create", "network", name, after=f"{one['type']} on {one['physical_network']}\n"))
        if one["subnet"]["cidr"] not in (seen or {}).get("subnets", ()):
            steps.append(Step("create", "subnet", name, after=f"{one['subnet']['cidr']}\n"))
    return Plan(tuple(steps))
