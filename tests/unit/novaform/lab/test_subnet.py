from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from novaform.lab import LabError, subnet


def test_the_choice_follows_from_the_name() -> None:
    assert subnet.choose("shop", []) == subnet.choose("shop", [])
    assert subnet.choose("shop", []) != subnet.choose("dev", [])


def test_the_two_networks_are_neighbours_in_one_block() -> None:
    hosts, provider = subnet.choose("shop", [])
    assert hosts.supernet() == provider.supernet()
    assert hosts.subnet_of(IPv4Network("10.64.0.0/10"))


@pytest.mark.parametrize("prefix", [16, 23, 24, 32])
def test_what_overlaps_a_used_network_is_not_chosen(prefix: int) -> None:
    _, provider = subnet.choose("shop", [])
    used = IPv4Network((int(provider.network_address), prefix), strict=False)
    assert not any(network.overlaps(used) for network in subnet.choose("shop", [used]))


def test_a_default_route_uses_nothing() -> None:
    assert subnet.choose("shop", [IPv4Network("0.0.0.0/0")]) == subnet.choose("shop", [])


def test_no_room_is_said_in_a_sentence() -> None:
    with pytest.raises(LabError, match=r"no free address range for lab shop in 10\.64\.0\.0/10"):
        subnet.choose("shop", [IPv4Network("10.0.0.0/8")])


def test_hosts_gateway_and_floating_addresses_never_meet() -> None:
    network = IPv4Network("10.64.2.0/24")
    first, last = subnet.floating_pool(network)
    assert subnet.gateway(network) == "10.64.2.1"
    assert subnet.host_address(network, 0) == "10.64.2.11"
    assert (first, last) == ("10.64.2.100", "10.64.2.199")
