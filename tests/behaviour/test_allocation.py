"""Placement's word against Nova's, and a guest's definition against its server, one difference at a time."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench
from novaform import core
from novaform.cloud import allocation
from novaform.simulate import tamper
from novaform.stack import drift

ITEM = core.observed.Item(
    "server",
    "s1",
    "web-1",
    {
        "flavor": {"name": "small", "vcpus": 2, "ram_mb": 512},
        "interfaces": [core.observed.Interface("n1", (), ())],
        "volumes": ["v1"],
    },
    None,
    {"vm_state": "active", "task_state": None, "host": "compute1", "nics": ["p1"]},
)
RIGHT = {"VCPU": 2, "MEMORY_MB": 512, "DISK_GB": 4}
DOMAIN = core.observed.Domain("s1", "running", None, "web-1", 2, 512, 2, 512, 2, 512, ("p1",), ("v1",))
NOTHING = core.change.Decision()


def texts(item: core.observed.Item, *, gone: tuple[str, ...] = (), **seen: Any) -> list[str]:
    """Return what is told of one server and one look."""
    look = core.observed.Observed((item,), {"server": "complete"}, **seen)
    found = core.classify.classify(look, NOTHING, dict.fromkeys(gone, True))
    return [f"{one.kind} {one.host}: {one.text}" for one in found]


def state(vm_state: str, **more: Any) -> core.observed.Item:
    return ITEM._replace(status={**ITEM.status, "vm_state": vm_state, **more})


@pytest.mark.parametrize(
    ("item", "allocations", "wanted"),
    [
        (ITEM, {"compute1": {"s1": RIGHT}}, ""),
        (ITEM, {"compute1": {"s1": {"PCPU": 2, "MEMORY_MB": 512}}}, ""),
        (ITEM, {"compute1": {"s1": {**RIGHT, "VCPU": 1}}}, "compute1: vcpus is 1 in Placement and 2 in its flavor"),
        (ITEM, {"compute1": {"s1": {**RIGHT, "MEMORY_MB": 1}}}, "compute1: memory is 1 in Placement and 512"),
        (ITEM, {"compute1": {}}, "compute1: Nova says that it is here, and Placement holds nothing"),
        (ITEM, {"compute1": {}, "compute2": {"s1": RIGHT}}, "Placement holds it on compute2 instead"),
        (ITEM, {"compute1": {"s1": RIGHT}, "compute2": {"s1": RIGHT}}, "compute2: Placement holds VCPU 2, MEMORY_MB"),
        (ITEM, {"compute1": {"s1": RIGHT}, "shared": {"s1": {"DISK_GB": 4}}}, ""),
        (ITEM, {"compute2": {}}, ""),
        (state("shelved_offloaded", host=""), {"compute1": {"s1": RIGHT}}, "compute1: it is on no host"),
        (state("shelved_offloaded", host=""), {"compute1": {}}, ""),
        (state("error"), {"compute1": {}}, ""),
        (state("active", task_state="migrating"), {"compute1": {}}, ""),
        (ITEM, {"compute1": {"s1": RIGHT, "s9": RIGHT}}, "compute1: Placement holds VCPU 2, MEMORY_MB 512, DISK_GB 4"),
        (ITEM, {"compute1": {"s1": RIGHT, "s8": RIGHT}}, ""),
    ],
)
def test_what_is_set_aside_is_compared_with_what_the_server_takes(
    item: core.observed.Item, allocations: Any, wanted: str
) -> None:
    found = texts(item, gone=("s9",), allocations=allocations)
    assert len(found) == bool(wanted)
    assert wanted in "".join(found)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, ""),
        ({"vcpus": 3, "next_vcpus": 3}, "vcpus is 3 at the host and 2 in its flavor"),
        ({"next_memory_mb": 256}, "memory is 256 at its next start and 512 in its flavor"),
        ({"nova_vcpus": 8}, "vcpus is 8 in the block that Nova wrote into it and 2 in its flavor"),
        ({"ports": ()}, "port p1 is not connected at the host"),
        ({"ports": ("p1", "p2")}, "port p2 is connected at the host and is not the server's"),
        ({"ports": None}, ""),
        ({"volumes": ()}, "volume v1 is not connected at the host"),
        ({"volumes": ("v1", "v2")}, "volume v2 is connected at the host and is not the server's"),
    ],
)
def test_a_guest_is_compared_with_its_server(change: dict[str, Any], wanted: str) -> None:
    found = texts(ITEM, domains={"compute1": {"s1": DOMAIN._replace(**change)}})
    assert found == ([f"definition compute1: {wanted}"] if wanted else [])


def test_who_may_not_ask_placement_is_told_so_and_who_could_not_sees_that() -> None:
    bench = Bench()
    bench.apply()
    for status, unseen in ((403, []), (500, ["Placement"])):
        bench.cloud.faults.append(lambda _, path, status=status: status if "/placement" in path else None)
        look = bench.run(stack.desired()).plan()
        found, told = drift.classify_look(look, bench.cloud.session())
        assert ([one.name for one in found], told) == (unseen, False)
        bench.cloud.faults.clear()


def test_a_cloud_without_placement_in_its_catalog_is_not_asked() -> None:
    bench = Bench()
    del bench.cloud.services["placement"]
    assert allocation.observe_allocations(bench.cloud.session()) is None


def test_what_a_migration_or_another_project_holds_is_no_leak() -> None:
    bench = Bench()
    bench.apply()
    session = bench.cloud.session()
    one = bench.servers()["web-1"]
    tamper.claim(bench.cloud, "web-1", "compute2")
    assert allocation.are_gone(session, [one["id"], "nobody"]) == {one["id"]: False, "nobody": True}
    bench.cloud.faults.append(lambda _, path: 403 if path.endswith("/servers") else None)
    assert allocation.are_gone(session, [one["id"], "nobody"]) == {one["id"]: False, "nobody": True}
    bench.cloud.faults.append(lambda _, path: 500 if "/servers/nobody" in path else None)
    assert allocation.are_gone(session, ["nobody"]) == {}


def test_a_consumer_that_nova_does_not_know_is_a_leak_unless_it_is_a_migration() -> None:
    bench = Bench()
    bench.apply()
    amounts = {"VCPU": 1, "MEMORY_MB": 512, "DISK_GB": 4}
    bench.cloud.placement.extra.append(("compute1", "lost", amounts))

    def leaks() -> list[str]:
        found, _ = drift.classify_look(bench.run(stack.desired()).plan(), bench.cloud.session())
        return [f"{one.kind} {one.of} {one.name}" for one in found]

    assert leaks() == ["allocation consumer lost"]
    bench.cloud.nova.moves.append("lost")
    assert leaks() == []
    bench.cloud.nova.moves.clear()
    bench.cloud.faults.append(lambda _, path: 403 if path.endswith("/os-migrations") else None)
    assert leaks() == []
