"""From Ansible's own reading of an inventory to the site: defaults of a host, and mistakes with file and line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.novaform.compute.plugins.filter import site
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose
from fakes.fact import honest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE = {"control": ["aio"], "compute": ["aio"]}
FILTERS: dict[str, Callable[..., Any]] = site.FilterModule().filters()


def read(folder: Path, text: str) -> Any:
    """Return a file as Ansible reads it, which remembers where everything stood."""
    (folder / "cloud.yml").write_text(text, encoding="utf-8")
    return DataLoader().load_from_file(str(folder / "cloud.yml"))


def said(variables: dict[str, Any], groups: dict[str, list[str]]) -> str:
    with pytest.raises(AnsibleFilterError) as caught:
        FILTERS["blueprint"]({"aio": variables}, groups, "aio")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("cloud:\n  region: x\n  regoin: x\n", "3:3", "unknown key 'regoin' in cloud; did you mean 'region'?"),
        ("cloud:\n  overcommit:\n    cpu: much\n", "3:5", "cloud overcommit.cpu must be a number from 0.1 to 64"),
        ("cloud: [1]\n", "1:8", "cloud must be a mapping"),
        ("nova_config:\n  computer: {}\n", "2:3", "nova_config has no 'computer'"),
        ("nova_config: much\n", "1:14", "nova_config must be {component: {section: {option: value}}}"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, place: str, expected: str) -> None:
    assert f"{tmp_path}/cloud.yml:{place}: {expected}" in said(read(tmp_path, text), ONE)


def test_an_inventory_without_our_groups_says_so() -> None:
    assert "the inventory has no host in group control" in said({}, {"all": ["aio"]})


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "aio"),
        ({"ansible_host": "192.0.2.7"}, "192.0.2.7"),
        ({"ansible_host": "192.0.2.7", "address": "198.51.100.7"}, "198.51.100.7"),
    ],
)
def test_a_hosts_address(variables: dict[str, str], expected: str) -> None:
    assert site.to_site({"aio": variables}, ONE).host("aio").address == expected


@pytest.mark.parametrize(
    ("declared", "found", "expected"),
    [("auto", "kvm", "kvm"), ("auto", None, "qemu"), ("qemu", "kvm", "qemu"), ("kvm", "qemu", "kvm")],
)
def test_the_hypervisor_is_the_declared_one_or_what_the_host_can(
    declared: str, found: str | None, expected: str
) -> None:
    facts = {"facts": {"virt_type": found}} if found else {}
    variables = {"cloud": {"virt_type": declared}, site.FACTS: facts}
    assert site.to_site({"aio": variables}, ONE).host("aio").virt_type == expected


@pytest.mark.parametrize(("network", "expected"), [([], "control"), (["net1"], "net1")])
def test_control_hosts_carry_the_network_unless_others_do(network: list[str], expected: str) -> None:
    groups = {"control": ["control"], "network": network, "compute": ["compute1"]}
    wanted = site.to_site({name: {} for name in ("control", "net1", "compute1")}, groups)
    assert [host.name for host in wanted.having("network")] == [expected]


def test_a_host_gets_only_the_secrets_that_its_components_declare() -> None:
    wanted = [{"secrets": ["one"]}, {"secrets": ["two"], "files": [{"content": "<secret:three>"}]}]
    assert FILTERS["secrets_for"]({"one": "1", "two": "2", "three": "3"}, wanted) == {"one": "1", "two": "2"}


def test_a_slash_in_a_password_of_the_broker_comes_to_no_service() -> None:
    """The same declared password is the same fit one in every run, and on every host."""
    given = {"broker_nova": "n@/%", "broker_neutron": "n@%", "broker_admin": "a/", "database_nova": "d/"}
    wanted = {"secrets": list(given)}
    fit = FILTERS["secrets_for"](given, wanted)
    assert {name for name in given if fit[name] != given[name]} == {"broker_nova"}
    assert re.fullmatch(r"[\w-]{43}", fit["broker_nova"])
    assert FILTERS["secrets_for"](given, wanted) == fit != FILTERS["secrets_for"]({**given, "broker_nova": "/"}, wanted)


def test_missing_secrets_are_named() -> None:
    with pytest.raises(AnsibleFilterError, match="novaform_secrets lacks two"):
        FILTERS["secrets_for"]({"one": "1", "two": None}, {"secrets": ["one", "two"]})


class Every(dict[str, str]):
    """A site's secrets, with whatever is asked for."""

    def __missing__(self, name: str) -> str:
        return f"password {name}"

    def get(self, name: str, _: Any = None) -> str:
        return self[name]


def told(hosts: dict[str, Any], groups: dict[str, list[str]], host: str, name: str) -> dict[str, Any]:
    options: dict[str, Any] = FILTERS["options"](hosts, groups, host, name, Every())
    return options


OWN = {"compute": {"DEFAULT": {"x": "<secret:my_own>", "y": "<secret:broker_nova_compute|url>"}}}
THEIRS = {"compute": {"DEFAULT": {"x": "<secret:database_nova>"}}}


def two(**variables: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    return {"control1": {}, "compute1": variables}, {"control": ["control1"], "compute": ["compute1"]}


def test_a_secret_of_ones_own_comes_to_the_host_that_declares_it() -> None:
    hosts, groups = two(nova_config=OWN)
    wanted = told(hosts, groups, "compute1", "nova_compute")
    assert wanted["secrets"] == {name: f"password {name}" for name in ("my_own", "broker_nova_compute")}
    assert wanted["broker"]["password"] == "password broker_nova_compute"
    assert "my_own" not in told(hosts, groups, "control1", "nova_api")["secrets"]


def test_an_override_takes_no_secret_of_ours_where_it_has_no_use() -> None:
    hosts, groups = two(nova_config=THEIRS)
    with pytest.raises(
        AnsibleFilterError, match="an override of compute1 asks for <secret:database_nova>, which is not"
    ):
        told(hosts, groups, "compute1", "nova_compute")


def test_all_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    variables = read(tmp_path, "cloud: {regoin: x, workers: 1.5}\naddress: 'x y'\nnova_config: {computer: {}}\n")
    found = said(variables, ONE).splitlines()
    assert [one.split(": ")[0].rpartition("/")[2] for one in found] == [
        "cloud.yml:1:9",
        "cloud.yml:1:20",
        "cloud.yml:2:10",
        "cloud.yml:3:15",
    ]


@pytest.mark.parametrize("answer", [{"facts": {"virt_type": "<secret:database_nova>"}}, {"facts": [1]}, {"facts": "x"}])
def test_what_is_not_a_fact_makes_no_file(answer: Any) -> None:
    assert "the facts of aio are not facts" in said({site.FACTS: answer}, ONE)


def test_a_component_that_the_host_does_not_have() -> None:
    groups = {"control": ["control"], "compute": ["compute1"]}
    hosts: dict[str, Any] = {"control": {}, "compute1": {}}
    assert told(hosts, groups, "compute1", "nova_compute")["host"] == "compute1"
    with pytest.raises(AnsibleFilterError, match="compute1 has no component mysql: its groups are compute"):
        told(hosts, groups, "compute1", "mysql")


def test_a_service_that_the_cloud_forgot_is_told_to_its_own_host_and_no_other() -> None:
    service = {"host": "two", "binary": "nova-compute", "id": None, "disabled": False, "forced_down": False}
    remembered = {**honest("c", "192.0.2.1")["remembered"], "services": [service]}
    groups = {"control": ["c"], "compute": ["one", "two"]}
    variables: dict[str, Any] = {name: {"novaform_host": {"facts": {"time": 7.0}}} for name in ("c", "one", "two")}
    variables["c"]["novaform_host"]["facts"]["remembered"] = remembered
    forgotten = {host: told(variables, groups, host, "nova_compute")["forgotten"] for host in ("one", "two")}
    assert forgotten == {"one": [{"service": "nova-compute", "by": "Nova", "at": 7.0}], "two": []}


def test_a_component_is_told_what_those_before_it_have_left_and_nothing_that_is_no_plain_word() -> None:
    def step(name: Any) -> dict[str, Any]:
        return {"action": "start", "kind": "unit", "name": name}

    hostile = [step("<secret:keystone_admin>"), step("x\ny"), step(7), "start", {"action": "start"}]
    left = {
        "firewall": [step("port 5000")],
        "mysql": [{**step("mariadb.service"), "reason": "not told"}, *hostile],
        "glance": [step("glance-api.service")],
        "nova_api": [step("nova-api.service")],
        "nobody knows": [step("x")],
        "keystone": "<secret:keystone_admin>",
    }

    def awaited(gate: Any) -> Any:
        return told({"aio": {"host_prepared": gate}}, ONE, "aio", "placement")["awaits"]

    assert awaited({"left": left}) == [step("mariadb.service"), step("glance-api.service")]
    assert [awaited(gate) for gate in ({}, {"left": ["x"]}, "left", None)] == [[]] * 4


def test_the_phases_are_all_components_in_their_order() -> None:
    phases = [FILTERS["phase"](name) for name in ("ports", "ground", "nova", "agents", "cells")]
    assert [row["component"] for rows in phases for row in rows] == list(compose.NAMES)
    assert phases[2][0] == {"component": "nova_api", "role": "nova", "tasks": "api"}
    assert phases[1][0] == {"component": "mysql", "role": "mysql", "tasks": "main"}
    with pytest.raises(AnsibleFilterError, match="'compute' is not a phase of a site"):
        FILTERS["phase"]("compute")
