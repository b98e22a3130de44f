"""What the cloud remembers is compared with what hosts are and hosts.yml says, before anything is touched."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import membership

SERVICES = [("control1", "nova-conductor"), ("control1", "nova-scheduler"), ("compute1", "nova-compute")]
AGENTS = [
    ("control1", "neutron-openvswitch-agent"),
    ("control1", "neutron-l3-agent"),
    ("control1", "neutron-dhcp-agent"),
    ("control1", "neutron-metadata-agent"),
    ("compute1", "neutron-openvswitch-agent"),
]


def service(host: str, binary: str = "nova-compute", **more: Any) -> dict[str, Any]:
    return {"host": host, "binary": binary, "id": f"s-{host}", "disabled": False, "forced_down": False, **more}


def agent(host: str, binary: str = "neutron-openvswitch-agent", **more: Any) -> dict[str, Any]:
    return {"host": host, "binary": binary, "id": f"a-{host}", "enabled": True, **more}


def site() -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return hosts of which everything is as it should be, and what is remembered of them, to be spoilt."""
    remembered: dict[str, Any] = {
        "services": [service(*one) for one in SERVICES],
        "nodes": [{"host": "compute1", "id": "n-1"}],
        "instances": {},
        "mapped": [{"host": "compute1", "name": "cell1", "cell": "c-1"}],
        "agents": [agent(*one) for one in AGENTS],
        "providers": [{"name": "compute1.example.org", "id": "n-1", "allocations": 0}],
    }
    facts = {"database": {"state": "absent", "said": ""}, "remembered": None, "compute_id": None}
    control = {"database": {"state": "open", "said": ""}, "remembered": remembered, "deployed_as": "control1"}
    compute = {"compute_id": "n-1", "deployed_as": "compute1", "hostname": "compute1", "fqdn": "compute1.example.org"}
    hosts = {
        "control1": {"groups": ["control", "network"], "facts": {**facts, "hostname": "control1", **control}},
        "compute1": {"groups": ["compute"], "facts": {**facts, **compute}},
    }
    return hosts, remembered


def said(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["host"], f"{row['problem']} | {row['remedy']}") for row in rows]


def test_a_site_in_order_has_neither_rows_nor_notes_nor_lost_records() -> None:
    hosts, remembered = site()
    assert membership.problems(hosts) == membership.notes(hosts) == []
    for name, host in hosts.items():
        assert membership.forgotten(name, frozenset(host["groups"]), remembered) == {}


def test_an_empty_site_has_nothing_to_say() -> None:
    hosts, remembered = site()
    for kind, value in remembered.items():
        remembered[kind] = type(value)()
    for host in hosts.values():
        host["facts"].update(deployed_as=None, compute_id=None)
    assert membership.problems(hosts) == membership.notes(hosts) == []


@pytest.mark.parametrize(
    ("own", "instances", "remedy"),
    [
        (None, 0, "openstack compute service delete s-compute1, then run again"),
        ("n-9", 0, "openstack compute service delete s-compute1, then run again"),
        (None, 1, "write n-1 into /var/lib/nova/compute_id there (owner nova), then run again: 1 server is on it"),
        ("n-9", 3, "write n-1 into /var/lib/nova/compute_id there (owner nova), then run again: 3 servers are on it"),
    ],
)
def test_a_host_set_up_anew_is_named_with_the_way_back(own: str | None, instances: int, remedy: str) -> None:
    hosts, remembered = site()
    hosts["compute1"]["facts"]["compute_id"] = own
    remembered["instances"] = {"compute1": instances, "compute10": 7}
    ((host, row),) = said(membership.problems(hosts))
    assert host == "compute1"
    assert "Nova knows it as compute node n-1" in row
    assert remedy in row


@pytest.mark.parametrize(("allocations", "remedy"), [(0, "provider delete n-1"), (2, "write that into")])
def test_placement_alone_may_remember_another_identity(allocations: int, remedy: str) -> None:
    hosts, remembered = site()
    remembered.update(services=remembered["services"][:2], nodes=[], mapped=[])
    remembered["providers"][0]["allocations"] = allocations
    hosts["compute1"]["facts"]["compute_id"] = None
    ((host, row),) = said(membership.problems(hosts))
    assert host == "compute1"
    assert "Placement knows it as n-1" in row
    assert remedy in row


def test_a_renamed_host_is_one_row() -> None:
    hosts, _ = site()
    hosts["compute-b"] = hosts.pop("compute1")
    ((host, row),) = said(membership.problems(hosts))
    assert host == "compute-b"
    assert "it was deployed as compute1" in row
    assert [name for name, _ in said(membership.notes(hosts)) if name == "compute1"] == []


def test_a_stranger_that_still_gets_servers_is_refused() -> None:
    hosts, remembered = site()
    remembered["services"].append(service("compute10"))
    remembered["agents"].append(agent("compute10"))
    ((host, row),) = said(membership.problems(hosts))
    assert host == "compute10"
    assert "Nova and neutron know it, hosts.yml does not: it still gets servers" in row
    assert "openstack compute service set --disable compute10 nova-compute" in row
    assert membership.notes(hosts) == []


def test_a_stranger_that_was_disabled_is_listed_with_every_command() -> None:
    hosts, remembered = site()
    remembered["services"].append(service("compute10", disabled=True))
    remembered["agents"].append(agent("compute10"))
    remembered["instances"] = {"compute10": 2}
    assert membership.problems(hosts) == []
    ((host, row),) = said(membership.notes(hosts))
    assert host == "compute10"
    assert "move its 2 servers away; openstack compute service delete s-compute10" in row
    assert row.endswith("openstack network agent delete a-compute10")


@pytest.mark.parametrize(
    ("kind", "thing", "words"),
    [
        ("mapped", {"host": "old", "name": "cell1", "cell": "c-1"}, "delete_host --cell_uuid c-1 --host old"),
        ("providers", {"name": "old", "id": "n-7", "allocations": 0}, "openstack resource provider delete n-7"),
        ("services", service("old", "nova-conductor"), "openstack compute service delete s-old"),
        ("agents", agent("old", "neutron-l3-agent"), "openstack network agent delete a-old"),
    ],
)
def test_what_a_deleted_host_leaves_behind_is_listed(kind: str, thing: dict[str, Any], words: str) -> None:
    hosts, remembered = site()
    remembered[kind].append(thing)
    assert membership.problems(hosts) == []
    ((host, row),) = said(membership.notes(hosts))
    assert host == "old"
    assert words in row


def test_a_host_that_left_a_group_is_a_stranger_there() -> None:
    hosts, _ = site()
    hosts["compute1"]["groups"] = ["network"]
    ((host, row),) = said(membership.problems(hosts))
    assert host == "compute1"
    assert "set --disable compute1 nova-compute" in row


@pytest.mark.parametrize(
    ("kind", "index", "change", "words"),
    [
        ("services", 2, {"disabled": True}, "set --enable compute1 nova-compute"),
        ("services", 2, {"forced_down": True}, "set --up compute1 nova-compute"),
        ("services", 2, {"forced_down": True, "disabled": True}, "set --up compute1 nova-compute"),
        ("agents", 4, {"enabled": False}, "agent set --enable a-compute1"),
    ],
)
def test_what_was_switched_off_is_a_note(kind: str, index: int, change: dict[str, bool], words: str) -> None:
    hosts, remembered = site()
    remembered[kind][index].update(change)
    assert membership.problems(hosts) == []
    ((host, row),) = said(membership.notes(hosts))
    assert host == "compute1"
    assert words in row


@pytest.mark.parametrize("binary", [binary for _, binary in [*SERVICES, *AGENTS]])
def test_each_lost_record_is_found_by_exact_names(binary: str) -> None:
    hosts, whole = site()
    remembered = copy.deepcopy(whole)
    for kind in ("services", "agents"):
        for one in remembered[kind]:
            if one["binary"] == binary:
                one["host"] += "0"
    lost = {name: membership.forgotten(name, frozenset(host["groups"]), remembered) for name, host in hosts.items()}
    expected = {host for host, known in [*SERVICES, *AGENTS] if known == binary}
    assert {name for name, services in lost.items() if services} == expected
    assert {known for services in lost.values() for known in services} == {binary}


def test_who_could_not_look_says_nothing_of_lost_records() -> None:
    assert membership.forgotten("compute1", frozenset({"compute"}), None) == {}


@pytest.mark.parametrize(
    ("state", "words"),
    [("refuses", "does not let root in by the socket (error 1045)"), ("garbled", "cannot be read: error 1045")],
)
def test_a_database_that_refuses_is_a_row_on_a_control_host_only(state: str, words: str) -> None:
    hosts, _ = site()
    for host in hosts.values():
        host["facts"].update(database={"state": state, "said": "error 1045"}, remembered=None)
    ((host, row),) = said(membership.problems(hosts))
    assert host == "control1"
    assert words in row


def test_a_database_that_is_down_is_a_note() -> None:
    hosts, _ = site()
    hosts["control1"]["facts"].update(database={"state": "silent", "said": "it does not run"}, remembered=None)
    assert membership.problems(hosts) == []
    assert [host for host, _ in said(membership.notes(hosts))] == ["control1"]


def test_a_host_that_was_not_read_is_no_stranger_and_takes_nobody_with_it() -> None:
    hosts, remembered = site()
    hosts["compute1"]["facts"] = None
    remembered["nodes"] = []
    assert membership.problems(hosts) == membership.notes(hosts) == []
