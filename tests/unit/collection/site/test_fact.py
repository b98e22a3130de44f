"""The schema of facts is what ``host_info`` really returns, and what it documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from ansible_collections.novaform.compute.plugins.module_utils._host.door import facts
from ansible_collections.novaform.compute.plugins.module_utils._site import fact
from ansible_collections.novaform.compute.plugins.modules import host_info
from fakes.fact import KEY, honest

HONEST = honest("compute1", "192.0.2.12")


def test_this_machine_is_honest() -> None:
    assert fact.problem(json.loads(json.dumps(facts.observe(1.0)))) == ""


def test_what_is_documented_is_what_is_checked() -> None:
    documented = yaml.safe_load(host_info.RETURN)["facts"]["contains"]
    assert set(documented) == set(fact.FACTS)
    assert set(documented["ports"]["contains"]) == set(fact.LISTENER)
    assert set(documented["remembered"]["contains"]) == set(fact.REMEMBERED)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("virt_type", "kvm\n"),
        ("virt_type", ["kvm"]),
        ("openvswitch_datapath", "user"),
        ("cores", True),
        ("cores", 0),
        ("cores", 10**6),
        ("memory_mb", 1.5),
        ("memory_mb", float("nan")),
        ("ssh_host_keys", [f"{KEY}\n"]),
        ("ssh_host_keys", [f"{KEY} comment"]),
        ("ssh_host_keys", [f"*.example.org {KEY}"]),
        ("ssh_host_keys", ["<secret:keystone_admin>"]),
        ("ssh_host_keys", [KEY] * 17),
        ("hostname", "a b"),
        ("hostname", "x" * 254),
        ("interfaces", ["eth0/../x"]),
        ("addresses", {"eth0": "192.0.2.1"}),
        ("addresses", {"eth0": ["<secret:x>"]}),
        ("disk_free_mb", {"/var": "much"}),
        ("ports", [{"port": 22}]),
        ("ports", [{**HONEST["ports"][0], "more": 1}]),
        ("ports", [{**HONEST["ports"][0], "program": "\x1b[2J"}]),
        ("apt_lock", "<secret:x>"),
        ("kernel", "x" * 129),
        ("clock_offset", float("inf")),
        ("root", "yes"),
        ("deployed_as", "x; reboot"),
        ("verified", {"compute1": "<secret:keystone_admin>"}),
        ("compute_id", "a\n"),
        ("database", {"state": "open", "said": "\x1b[2J"}),
        ("remembered", {}),
        ("remembered", {**HONEST["remembered"], "instances": {"a b": 1}}),
        ("remembered", {**HONEST["remembered"], "nodes": [{"host": "$(id)", "id": "1"}]}),
    ],
)
def test_what_is_not_of_its_shape_is_named_and_not_repeated(name: str, value: Any) -> None:
    told = fact.problem({**HONEST, name: value})
    assert told.startswith(f"{name} ")
    assert "<secret" not in told
    assert told.isprintable()
    assert len(told) < 200


@pytest.mark.parametrize("name", sorted(fact.FACTS))
def test_every_fact_is_needed(name: str) -> None:
    assert fact.problem({one: value for one, value in HONEST.items() if one != name}) == f"{name} is missing"


def test_what_nobody_asked_for_is_counted() -> None:
    assert fact.problem({**HONEST, "<secret:x>": 1, "\x1b": 2}) == "2 more nobody asked for"
