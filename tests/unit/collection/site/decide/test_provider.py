"""The network outside: what neutron is asked for, and that it is asked once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import provider

SUBNET = {"cidr": "203.0.113.0/24", "gateway": "203.0.113.1", "pool": ["203.0.113.100", "203.0.113.199"]}
OUTSIDE: dict[str, Any] = {"name": "external", "type": "flat", "physical_network": "external", "subnet": SUBNET}


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ({}, ["create network external", "create subnet external"]),
        ({"external": {"subnets": []}}, ["create subnet external"]),
        ({"external": {"subnets": ["198.51.100.0/24"]}}, ["create subnet external"]),
        ({"external": {"subnets": ["198.51.100.0/24", "203.0.113.0/24"]}}, []),
        ({"external2": {"subnets": ["203.0.113.0/24"]}}, ["create network external", "create subnet external"]),
    ],
)
def test_only_what_is_missing_is_made(observed: dict[str, Any], expected: list[str]) -> None:
    assert [" ".join(step.key) for step in provider.decide([OUTSIDE], observed)] == expected


def test_the_network_is_outside_and_nobody_plugs_into_it() -> None:
    request = provider.to_network(OUTSIDE)
    assert request["router:external"] is True
    assert request["shared"] is False
    assert request["provider:physical_network"] == "external"


@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        (
            SUBNET,
            {
                "ip_version": 4,
                "gateway_ip": "203.0.113.1",
                "allocation_pools": [{"start": "203.0.113.100", "end": "203.0.113.199"}],
            },
        ),
        ({"cidr": "203.0.113.0/24", "gateway": "", "pool": []}, {"ip_version": 4}),
        ({"cidr": "2001:db8::/64"}, {"ip_version": 6}),
    ],
)
def test_a_subnet_says_only_what_is_declared(subnet: dict[str, Any], expected: dict[str, Any]) -> None:
    request = provider.to_subnet({**OUTSIDE, "subnet": subnet}, "an-id")
    shared = {"name": "external", "network_id": "an-id", "cidr": subnet["cidr"], "enable_dhcp": False}
    assert request == {**shared, **expected}
