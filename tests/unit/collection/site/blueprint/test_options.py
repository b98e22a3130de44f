"""What a role passes to a component's module leads to the very parts that the gate looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, secret
from ansible_collections.novaform.compute.plugins.module_utils._site import option
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from ansible_collections.novaform.compute.plugins.module_utils._site.component import registry
from fakes import parts

ROLES = (("control", {"control"}), ("network", {"network"}), ("compute", {"compute"}))


@pytest.mark.parametrize("story", parts.STORIES)
def test_the_module_and_the_gate_see_the_same(story: str) -> None:
    wanted, seen = parts.load(story), set()
    for host in wanted.hosts:
        gate = {made["name"]: made for made in parts.of_host(wanted, host)}
        for told in compose.options(wanted, host):
            name, (record, made) = told["name"], registry.COMPONENTS[told["name"]]
            passwords = {one: f"password of {one}" for one in told["secrets"]}
            value: Any
            value, secrets = option.from_params(record, option.unseal(record, told["options"], passwords))
            assert {**made(value), "secrets": told["secrets"]} == gate[name]
            assert secrets.items() <= passwords.items()
            assert set(secret.names_in(gate[name])) <= set(told["secrets"])
            seen.add(name)
    assert seen == set(registry.COMPONENTS)


def test_a_ratio_that_is_a_whole_number_is_the_same_in_the_file_of_every_service() -> None:
    cloud = site.to_cloud({"overcommit": {"cpu": 4, "ram": 1, "disk": 2}})
    alone = site.Host("aio", "192.0.2.11", frozenset(site.ROLES))
    made = parts.of_host(site.Site(cloud, (alone,)), alone)
    files = [item for one in made for item in one.get("files", ()) if item["path"] == "/etc/nova/nova.conf"]
    assert len({json.dumps(item, sort_keys=True) for item in files}) == 1
    assert '"cpu_allocation_ratio": 4.0' in json.dumps(files[0])


def test_a_host_is_told_what_its_own_agents_read_and_no_secret_of_others() -> None:
    config = {"neutron_config": {"l3": {"DEFAULT": {"x": "<secret:mine>"}}, "agent": {"ovs": {"y": "<secret:ours>"}}}}
    hosts = [
        site.Host(name, f"192.0.2.{at}", frozenset(roles), config=config) for at, (name, roles) in enumerate(ROLES)
    ]
    wanted = site.Site(site.Settings(), tuple(hosts))
    granted = {host.name: compose.options_of(wanted, host, "neutron_agent")["secrets"] for host in hosts[1:]}
    assert {name: {"mine", "ours"} & set(names) for name, names in granted.items()} == {
        "network": {"mine", "ours"},
        "compute": {"ours"},
    }


def test_keys_of_a_host_whose_peers_nobody_names_are_left_alone() -> None:
    alone = site.Host("aio", "192.0.2.11", frozenset(site.ROLES))
    told = compose.options_of(site.Site(site.Settings(), (alone,)), alone, "nova_compute")
    keys = [item for item in registry.to_parts(told)["files"] if "/.ssh/" in item["path"]]
    assert {item["format"] for item in keys} == {"absent"}
    told["options"]["computes"] = []
    assert not [item for item in registry.to_parts(told)["files"] if "/.ssh/" in item["path"]]
    told["options"]["computes"] = [{"name": name, "address": "192.0.2.1"} for name in ("aio", "other")]
    with pytest.raises(errors.DeclareError, match="nova_compute: migration is missing"):
        registry.to_parts(told)


def test_what_is_not_told_as_it_should_be_is_said_with_its_component() -> None:
    with pytest.raises(errors.DeclareError, match=r"^mysql: address must be an IPv4 address"):
        registry.to_parts({"name": "mysql", "options": {"address": "x y"}})
    with pytest.raises(errors.DeclareError, match="'mysq' is not a component: firewall, mysql"):
        registry.to_parts({"name": "mysq", "options": {}})
    with pytest.raises(errors.DeclareError, match="memcached has no option prot: it has address, memory_mb, port"):
        registry.to_parts({"name": "memcached", "options": {"prot": 1}})
