from __future__ import annotations

import dataclasses
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest
from novaform.lab import LabError, record

if TYPE_CHECKING:
    from novaform.lab import home


def test_a_record_survives_writing_and_reading(plan: record.LabRecord, lab: home.LabHome) -> None:
    full = dataclasses.replace(plan, snapshots={"one": ["one"]}, layers=["one"], restoring="one")
    record.store(lab.record, full)
    assert record.load(lab.record) == full
    assert [path.name for path in lab.path.iterdir()] == ["lab.json"]


def test_a_lab_that_was_never_decided_has_no_record(lab: home.LabHome) -> None:
    assert record.load(lab.record) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"version": 2}', '{"version": 1, "name": "x"}'])
def test_a_strange_journal_is_refused_by_name(text: str) -> None:
    with pytest.raises(LabError, match=r"lab\.json is not a lab's journal"):
        record.from_text(text, "lab.json")


def test_the_tag_is_the_name_when_it_is_short_and_free() -> None:
    assert record.choose_tag("shop", lambda _: False) == "shop"


@pytest.mark.parametrize(("name", "used"), [("shop", {"shop"}), ("a-very-long-name-for-a-lab", set())])
def test_otherwise_the_tag_is_still_short_enough_for_an_interface(name: str, used: set[str]) -> None:
    tag = record.choose_tag(name, used.__contains__)
    assert tag not in used
    assert len(f"nf-{tag}x") <= 15


def test_no_free_tag_is_said() -> None:
    with pytest.raises(LabError, match="no free bridge name for lab shop"):
        record.choose_tag("shop", lambda _: True)


def test_all_names_on_the_machine_are_short_and_differ(plan: record.LabRecord) -> None:
    links = [plan.interface(host, which) for host in plan.topology.hosts for which in "hx"]
    names = [*links, plan.bridge, plan.provider_bridge]
    assert len(set(names)) == len(names)
    assert max(len(name) for name in names) <= 15


def test_hardware_addresses_last_and_are_local_unicast(plan: record.LabRecord) -> None:
    address = plan.hardware_address("compute1/host0")
    assert address == plan.hardware_address("compute1/host0") != plan.hardware_address("compute2/host0")
    assert int(address[:2], 16) & 3 == 2


def test_addresses_follow_the_order_of_the_file(plan: record.LabRecord) -> None:
    assert [plan.address(host) for host in plan.topology.hosts] == ["10.64.2.11", "10.64.2.12", "10.64.2.13"]


def test_networks_of_other_labs_count_as_used(plan: record.LabRecord) -> None:
    assert record.used_networks([plan]) == [IPv4Network("10.64.2.0/24"), IPv4Network("10.64.3.0/24")]
