"""What a host's variables may be: each mistake is told with its place and without its value."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import host_variable, nova, site
from ansible_collections.novaform.compute.plugins.module_utils._site.component import nova_compute

SECRET = "Hunter2Secret"


def place(_value: Any) -> str:
    return "hosts.yml:1:1"


def said(name: str = "compute1", **variables: Any) -> list[str]:
    found = host_variable.mistakes(name, {"ansible_host": "192.0.2.1", **variables}, place)
    found += host_variable.unknown(name, variables, place)
    return [one.removeprefix("hosts.yml:1:1: ") for one in found]


def test_a_host_in_order_has_no_mistake() -> None:
    config = {"compute": {"libvirt": {"cpu_mode": "none", "x": ["a", 1, None]}, "DEFAULT": {"y": "<secret:my_own>"}}}
    qemu = {"cgroup_controllers": [], "user": "root", "max_files": 4, "dynamic_ownership": True}
    assert said(tunnel_address="192.0.2.9", nova_config=config, nova_compute_qemu_conf=qemu, mine="x") == []


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"computer": {"libvirt": {"cpu_mode": "none"}}},
            "nova_config has no 'computer'; known: all, api, metadata, conductor, scheduler, console, compute",
        ),
        ({"compute": {"cpu_mode": "none"}}, "nova_config.compute must be {section: {option: value}}"),
        ({"compute": "none"}, "nova_config.compute must be {section: {option: value}}"),
        ("none", "nova_config must be {component: {section: {option: value}}}"),
        ({"all": {"a]\n[b": {}}}, "'a]\\n[b' is not a section of an INI file"),
        ({"all": {"a": {"b=c": 1}}}, "option 'b=c' is not an option's name in an INI file"),
        ({"all": {"a": {"b": {"c": SECRET}}}}, "option 'b' must have a plain value or a list of them"),
        ({"all": {"a": {"b": f"{SECRET}\nc = d"}}}, "option 'b' holds a line break or NUL: an INI file cannot hold it"),
        (
            {"all": {"a": {"b": f"<secret:{SECRET}|base64>"}}},
            "option 'b' holds what is not a placeholder: write <secret:NAME> or <secret:NAME|url> as or in a value",
        ),
    ],
)
def test_overrides_have_a_shape(config: Any, expected: str) -> None:
    assert said(nova_config=config) == [expected]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"address": 'evil host/"; x'}, "address of 'compute1' must be an IPv4 address or a host name"),
        ({"address": "300.1.1.1"}, "address of 'compute1' must be an IPv4 address or a host name"),
        ({"address": ["192.0.2.1"]}, "address of 'compute1' must be an IPv4 address or a host name"),
        ({"address": "x\n"}, "address of 'compute1' must be an IPv4 address or a host name"),
        (
            {"address": "2001:db8::1"},
            "address of 'compute1' must be an IPv4 address or a host name: IPv6 is not supported yet",
        ),
        ({"tunnel_address": "10.0.0.0/8"}, "tunnel_address of 'compute1' must be an IPv4 address such as 192.0.2.10"),
        ({"tunnel_address": 5}, "tunnel_address of 'compute1' must be an IPv4 address such as 192.0.2.10"),
        (
            {"tunel_address": "192.0.2.1"},
            "unknown variable 'tunel_address' of 'compute1'; did you mean 'tunnel_address'?",
        ),
        ({"nova_confg": {}}, "unknown variable 'nova_confg' of 'compute1'; did you mean 'nova_config'?"),
        ({"nova_compute_qemu_conf": [1]}, "nova_compute_qemu_conf must be {name: value}"),
        ({"nova_compute_qemu_conf": {"a b": 1}}, "nova_compute_qemu_conf 'a b' is not the name of a setting"),
    ],
)
def test_a_mistake_is_told_once(variables: dict[str, Any], expected: str) -> None:
    assert said(**variables) == [expected]


@pytest.mark.parametrize(
    "name", ["../evil", "a b", "x\n", "", "<secret:keystone_admin>", "-oProxyCommand=x", "a" * 256]
)
def test_names_of_hosts_go_into_files_and_are_names(name: str) -> None:
    assert "must be a name of letters" in said(name)[0]


@pytest.mark.parametrize(
    "value",
    ["one\ntwo", "both \" and '", "<secret:keystone_admin>", 1.5, None, {"a": 1}, [["a"]], ["a\n"], 1 << 70, "\x1b[2J"],
)
def test_what_libvirt_could_not_read_back_is_refused(value: Any) -> None:
    (found,) = said(nova_compute_qemu_conf={"user": value})
    assert found.startswith("nova_compute_qemu_conf 'user' must be a text of one line")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("root", 'user = "root"'),
        ('say "x"', "user = 'say \"x\"'"),
        ("it's", 'user = "it\'s"'),
        ("back\\slash", 'user = "back\\slash"'),
        (7, "user = 7"),
        (True, "user = 1"),
        ([], "user = []"),
        (["a", 2], 'user = ["a", 2]'),
    ],
)
def test_libvirts_file_holds_what_was_declared(value: Any, expected: str) -> None:
    assert said(nova_compute_qemu_conf={"user": value}) == []
    host = site.Host("a", "192.0.2.1", frozenset(site.ROLES), qemu_conf={"user": value})
    files = nova_compute.parts(nova.compute(site.Site(site.Settings(), (host,)), host))["files"]
    (content,) = (file["content"] for file in files if file["path"] == "/etc/libvirt/qemu.conf")
    assert content.splitlines() == ["# Written by Novaform.", expected]


def test_no_mistake_repeats_a_value() -> None:
    bad = dict.fromkeys(host_variable.OURS, f"{SECRET} \n") | {"ansible_host": SECRET + "\n"}
    found = host_variable.mistakes("compute1", bad, place)
    assert len(found) > 5
    assert not [one for one in found if SECRET in one]


def test_one_address_for_two_hosts() -> None:
    assert host_variable.shared_addresses({"a": "192.0.2.1", "b": "192.0.2.2"}) == []
    (found,) = host_variable.shared_addresses({"a": "192.0.2.1", "b": "192.0.2.1"})
    assert found.startswith("hosts.yml: a, b have the same address")
