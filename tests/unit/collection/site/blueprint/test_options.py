"""What a role passes to a component's module leads to the very parts that the gate looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, secret
from ansible_collections.novaform.compute.plugins.module_utils._site import option
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from ansible_collections.novaform.compute.plugins.module_utils._site.component import registry

STORIES = Path(__file__).parents[4] / "golden"


def read(story: str) -> site.Site:
    told: dict[str, Any] = json.loads((STORIES / story / "site.json").read_text(encoding="utf-8"))
    hosts = tuple(
        site.Host(**{**one, "roles": frozenset(one["roles"]), "ssh_keys": tuple(one.get("ssh_keys", ()))})
        for one in told["hosts"]
    )
    return site.check_site(site.Site(site.to_cloud(told["cloud"]), hosts))


@pytest.mark.parametrize("story", ["allinone", "small"])
def test_the_module_and_the_gate_see_the_same(story: str) -> None:
    wanted, seen = read(story), set()
    for host in wanted.hosts:
        gate = {made["name"]: made for made in compose.components(wanted, host)}
        for told in compose.options(wanted, host):
            name, (record, parts) = told["name"], registry.COMPONENTS[told["name"]]
            passwords = {one: f"password of {one}" for one in told["secrets"]}
            value: Any
            value, secrets = option.from_params(record, option.unseal(record, told["options"], passwords))
            assert {**parts(value), "secrets": told["secrets"]} == gate[name]
            assert secrets.items() <= passwords.items()
            assert set(secret.names_in(gate[name])) <= set(told["secrets"])
            seen.add(name)
    assert seen == set(registry.COMPONENTS)


def test_a_ratio_that_is_a_whole_number_is_the_same_in_the_file_of_every_service() -> None:
    cloud = site.to_cloud({"overcommit": {"cpu": 4, "ram": 1, "disk": 2}})
    alone = site.Host("aio", "192.0.2.11", frozenset(site.ROLES))
    made = compose.components(site.Site(cloud, (alone,)), alone)
    files = [item for one in made for item in one.get("files", ()) if item["path"] == "/etc/nova/nova.conf"]
    assert len({json.dumps(item, sort_keys=True) for item in files}) == 1
    assert '"cpu_allocation_ratio": 4.0' in json.dumps(files[0])


def test_what_is_not_told_as_it_should_be_is_said_with_its_component() -> None:
    with pytest.raises(errors.DeclareError, match=r"^mysql: address must be an IPv4 address"):
        registry.to_parts({"name": "mysql", "options": {"address": "x y"}})
    with pytest.raises(errors.DeclareError, match="'mysq' is not a component: firewall, mysql"):
        registry.to_parts({"name": "mysq", "options": {}})
