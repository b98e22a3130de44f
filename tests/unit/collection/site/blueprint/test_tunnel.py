"""How the switches of two hosts reach each other."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from ansible_collections.novaform.compute.plugins.module_utils._site.component import neutron_agent
from fakes import parts


def agent(tunnel: str) -> dict[str, Any]:
    """Return what the compute host of two hosts gets; ``sources`` is who may send it tunnels."""
    control = site.Host("control", "192.0.2.1", frozenset({"control", "network"}))
    compute = site.Host("compute", "192.0.2.2", frozenset({"compute"}), tunnel_address=tunnel)
    wanted = site.Site(site.Settings(external_cidr="203.0.113.0/24", external_interface="eth1"), (control, compute))
    (rule,) = (rule for rule in compose.ports(wanted, compute) if rule["comment"] == "neutron_agent")
    return {**parts.of_component(wanted, compute, "neutron_agent"), "sources": rule["sources"]}


def local_address(component: dict[str, Any]) -> str:
    (file,) = (file for file in component["files"] if file["path"] == neutron_agent.OVS)
    return str(file["options"]["ovs"]["local_ip"])


def test_tunnels_end_at_the_address_of_the_host() -> None:
    component = agent("")
    assert local_address(component) == "192.0.2.2"
    assert component["sources"] == ["192.0.2.1", "192.0.2.2"]
    assert [one["name"] for one in component["bridges"]["bridges"]] == ["br-int"]


def test_tunnels_may_have_a_network_of_their_own() -> None:
    component = agent("198.51.100.2")
    assert local_address(component) == "198.51.100.2"
    assert component["sources"] == ["192.0.2.1", "198.51.100.2"]
    assert [one["name"] for one in component["bridges"]["bridges"]] == ["br-int"]


def test_tunnels_through_the_external_network_bring_its_bridge() -> None:
    bridges = agent("203.0.113.12")["bridges"]["bridges"]
    assert [(one["name"], one["ports"]) for one in bridges] == [("br-int", []), ("br-ex", ["eth1"])]


def test_switches_in_user_space_on_several_hosts_need_addresses_of_their_own() -> None:
    roles = {"control1": {"control", "network"}, "compute1": {"compute"}}
    hosts = tuple(site.Host(name, "192.0.2.1", frozenset(roles[name]), datapath="netdev") for name in roles)
    with pytest.raises(errors.DeclareError, match="control1, compute1: the kernel has no openvswitch module"):
        site.check_site(site.Site(site.Settings(), hosts))
    told = tuple(dataclasses.replace(host, tunnel_address="198.51.100.1") for host in hosts)
    assert site.check_site(site.Site(site.Settings(), told)).hosts == told
