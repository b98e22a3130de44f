"""Volumes are made, attached, grown and let go; what is on them outlives servers and mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform import core
from novaform.simulate import end
from novaform.simulate.fault import Accident

model = core.model


def desired(*keys: str, size: int = 10, **more: Any) -> core.desired.Desired:
    """Return one server with these volumes."""
    volumes = tuple(model.Volume(key, size, server="web-1") for key in keys)
    return stack.desired(0, servers=(stack.server(1, volumes=keys, **more),), volumes=volumes)


def attached(bench: Bench) -> dict[str, str]:
    """Return the name of each volume's server; empty for one that has none."""
    bench.cloud.cinder.ripen()
    names = {one["id"]: one["name"] for one in bench.servers().values()}
    found = bench.cloud.cinder.volumes.values()
    return {one["name"]: ",".join(names[at["server_id"]] for at in one["attachments"]) for one in found}


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.apply(desired("data", "log"))["report"]["clean"]
    return bench


def test_a_server_is_made_with_its_volumes_and_the_next_plan_is_empty(bench: Bench) -> None:
    assert attached(bench) == {"data": "web-1", "log": "web-1"}
    assert bench.plan(desired("data", "log")).clean


def test_a_volume_is_attached_to_a_server_that_is_there_and_detached_before_it_goes(bench: Bench) -> None:
    bench.apply(desired("data", "log", "more"))
    assert attached(bench) == dict.fromkeys(("data", "log", "more"), "web-1")
    before = bench.servers()["web-1"]["id"]
    plan = bench.plan(desired("data"), max_delete=2)
    assert steps(plan) == ["update server web-1", "delete volume log", "delete volume more"]
    assert {step.consequence for step in plan if step.kind == "volume"} == {"destroys-data"}  # type: ignore[attr-defined]
    assert bench.apply(desired("data"), max_delete=2)["report"]["clean"]
    assert attached(bench) == {"data": "web-1"}
    assert bench.servers()["web-1"]["id"] == before


def test_deleting_volumes_takes_a_budget_a_consequence_and_no_protection(bench: Bench) -> None:
    assert blocked(bench.plan(desired())) == ["delete volume data", "delete volume log"]
    limited = bench.plan(desired("data"), max_consequence="changes-uuid")
    assert blocked(limited) == ["delete volume log"]
    bench.cloud.cinder.volumes[next(iter(bench.cloud.cinder.volumes))]["metadata"]["novaform:protect"] = "true"
    plan = bench.plan(desired(), max_delete=5)
    assert steps(plan) == ["update server web-1", "delete volume log"]
    assert [note.text for note in plan.notes if note.kind == "volume"] == ["it is protected: it is not deleted"]


def test_data_outlives_the_server_and_goes_to_the_one_that_takes_its_place(bench: Bench) -> None:
    ids = sorted(bench.cloud.cinder.volumes)
    bench.cloud.nova.delete(bench.servers()["web-1"])
    bench.cloud.sleep(10)
    assert attached(bench) == {"data": "", "log": ""}
    assert bench.apply(desired("data", "log"))["report"]["clean"]
    assert attached(bench) == {"data": "web-1", "log": "web-1"}
    assert sorted(bench.cloud.cinder.volumes) == ids


def test_a_failed_boot_gives_its_volumes_back(bench: Bench) -> None:
    fresh = Bench()
    fresh.cloud.nova.fails["web-1"] = "no"
    fresh.apply(desired("data"))
    fresh.cloud.nova.fails.clear()
    assert fresh.apply(desired("data"))["report"]["clean"]
    assert attached(fresh) == {"data": "web-1"}
    assert end.leaks(fresh.cloud) == []
    del bench


def test_a_volume_grows_when_it_is_free_and_never_shrinks(bench: Bench) -> None:
    told = [note.text for note in bench.plan(desired("data", "log", size=20)).notes]
    assert told == ["size_gb cannot be changed from 10 to 20: detach it first"] * 2
    assert [note.text for note in bench.plan(desired("data", "log", size=5)).notes] == [
        "size_gb cannot be changed from 10 to 5"
    ] * 2
    spare = stack.desired(0, volumes=(model.Volume("spare", 10),))
    alone = Bench()
    alone.apply(spare)
    bigger = stack.desired(0, volumes=(model.Volume("spare", 20),))
    assert alone.apply(bigger)["report"]["clean"]
    assert [one["size"] for one in alone.cloud.cinder.volumes.values()] == [20]


def test_one_that_cinder_could_not_make_is_made_anew() -> None:
    bench = Bench()
    bench.cloud.cinder.fails.add("data")
    outcomes = bench.apply(desired("data"))["outcomes"]
    assert any("is error, and should be available" in one["why"] for one in outcomes)
    bench.cloud.cinder.fails.clear()
    assert bench.apply(desired("data"))["report"]["clean"]
    assert attached(bench) == {"data": "web-1"}


def test_one_in_error_may_hold_data(bench: Bench) -> None:
    """Cinder puts volumes there that it could not export again after its own restart."""
    data, log = bench.cloud.cinder.volumes.values()
    data["status"] = log["status"] = "error"
    plan = bench.plan(desired("data", "log"))
    assert steps(plan) == []
    assert "held volume data" in notes(plan)
    data["attachments"], log["attachments"] = [], []
    assert blocked(bench.plan(desired("data", "log"))) == ["replace volume data", "replace volume log"]
    assert blocked(bench.plan(desired("data", "log"), max_delete=2, max_consequence="changes-uuid")) == [
        "replace volume data",
        "replace volume log",
    ]
    log["metadata"]["novaform:protect"] = "true"
    plan = bench.plan(desired("data", "log"))
    assert "replace volume data" in steps(plan)
    assert "denied volume log" in notes(plan)
    log["metadata"].pop("novaform:protect")
    assert blocked(bench.plan(desired())) == ["delete volume data", "delete volume log"]


def test_a_lost_answer_makes_no_second_volume() -> None:
    bench = Bench()
    lost: list[str] = []

    def lose(method: str, path: str) -> Accident | None:
        if (method, path) != ("POST", "/volume/v3/volumes") or lost:
            return None
        lost.append(path)
        return Accident(done=True)

    bench.cloud.faults.append(lose)
    bench.apply(desired("data"))
    bench.apply(desired("data"))
    assert lost
    assert attached(bench) == {"data": "web-1"}


def test_a_cloud_without_cinder_says_so_once() -> None:
    bench = Bench()
    del bench.cloud.services["volumev3"]
    decision = bench.plan(desired("data", "log"))
    told = [note.text for note in decision.notes]
    assert told == ["this cloud has no Cinder, so these are not made, nor the servers that need them: data, log"]
    assert blocked(decision) == ["create server web-1"]
    assert bench.apply(stack.desired(1))["report"]["clean"]


def test_nothing_is_let_go_when_volumes_could_not_be_listed(bench: Bench) -> None:
    bench.cloud.faults.append(lambda _, path: 500 if path.startswith("/volume") else None)
    assert not [step for step in bench.plan(desired(), max_delete=9).doable if step.action == "delete"]
    assert not list(bench.plan(stack.desired(0), max_delete=9, allow_empty=True).doable)


def test_a_strangers_volume_is_neither_detached_nor_deleted(bench: Bench) -> None:
    made = bench.cloud.cinder.make({"name": "theirs", "size": 1})
    bench.cloud.sleep(5)
    bench.cloud.cinder.attach(made["id"], bench.servers()["web-1"]["id"])
    assert bench.plan(desired("data", "log")).clean
    bench.apply(desired(), max_delete=9)
    assert attached(bench) == {"theirs": "web-1"}


def test_a_volume_that_a_strangers_server_has_stays(bench: Bench) -> None:
    stranger = bench.cloud.nova.copy(bench.servers()["web-1"])
    bench.cloud.nova.servers[stranger]["name"] = "pet"
    data = next(one for one in bench.cloud.cinder.volumes.values() if one["name"] == "data")
    data["attachments"] = [{"server_id": stranger}]
    plan = bench.plan(desired("log"), max_delete=5)
    assert "delete volume data" not in [*steps(plan), *blocked(plan)]
    assert "ignored volume data" in notes(plan)


def test_volumes_that_could_not_be_listed_are_neither_made_nor_attached(bench: Bench) -> None:
    bench.cloud.faults.append(lambda method, path: 500 if method == "GET" and "/volumes/" in path else None)
    plan = bench.plan(desired("data", "log"), max_delete=5)
    assert not [*steps(plan), *blocked(plan)]
    assert {"unknown volume data", "unknown volume log"} <= set(notes(plan))


def test_a_volume_that_bears_half_of_our_mark_is_not_detached(bench: Bench) -> None:
    data = next(one for one in bench.cloud.cinder.volumes.values() if one["name"] == "data")
    data["metadata"]["novaform:uid"] = "another"
    plan = bench.plan(desired("log"), max_delete=5)
    assert not [*steps(plan), *blocked(plan)]
