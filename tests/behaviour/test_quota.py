"""Servers that do not fit into the project's quota together are not made at all, and nothing else is stopped by it."""

from __future__ import annotations

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, steps
from novaform import core

model = core.model
NOT_MADE = "the project's quota is too small for this plan: it needs "


def limited(count: int = 1, **quotas: int) -> Bench:
    """Return a cloud with so many servers and these quotas."""
    bench = Bench()
    assert bench.apply(stack.desired(count))["report"]["clean"]
    bench.cloud.nova.quotas.update(quotas)
    return bench


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ({"instances": 2}, "2 servers more, and of 2 there are 1 in use"),
        ({"cores": 2}, "2 virtual processors more, and of 2 there are 1 in use"),
        ({"ram": 1024}, "1024 MiB of memory more, and of 1024 there are 512 in use"),
    ],
)
def test_nothing_is_made_that_does_not_fit_and_the_plan_says_what_lacks(quotas: dict[str, int], words: str) -> None:
    bench = limited(**quotas)
    decision = bench.plan(stack.desired(3))
    assert blocked(decision) == ["create server web-2", "create server web-3"]
    assert {step.blocked for step in decision} == {NOT_MADE + words}  # type: ignore[attr-defined]
    assert not decision.clean
    assert bench.apply(stack.desired(3))["changed"] is False
    assert set(bench.servers()) == {"web-1"}


def test_what_fits_exactly_is_made() -> None:
    bench = limited(instances=3, cores=3, ram=1536)
    assert bench.apply(stack.desired(3))["report"]["clean"]


def test_what_needs_no_room_goes_on() -> None:
    bench = limited(2, instances=2)
    bench.servers()["web-1"]["vm_state"] = "stopped"
    bench.servers()["web-2"].update(vm_state="error", fault="the disk burned", launched=None)
    decision = bench.plan(stack.desired(3))
    assert steps(decision) == ["start server web-1", "replace server web-2"]
    assert blocked(decision) == ["create server web-3"]
    outcomes = {(one["action"], one["outcome"]) for one in bench.apply(stack.desired(3))["outcomes"]}
    assert outcomes == {("start", "done"), ("replace", "done")}


def test_one_that_was_lost_comes_back_although_the_new_ones_do_not_fit() -> None:
    bench = limited(2, instances=3)
    bench.cloud.nova.servers.pop(bench.servers()["web-1"]["id"])
    decision = bench.plan(stack.desired(5))
    assert steps(decision) == ["create server web-1"]
    assert blocked(decision) == ["create server web-3", "create server web-4", "create server web-5"]
    bench.cloud.nova.quotas["instances"] = 1
    assert len(blocked(bench.plan(stack.desired(5)))) == 4


def test_growing_takes_room_as_well_and_what_needs_a_server_that_is_not_made_waits() -> None:
    bench = limited(1, cores=2)
    floating = stack.server(2, networks=(model.Port("private", floating="public"),))
    desired = stack.desired_of((stack.server(1)._replace(flavor="large"), floating))
    decision = bench.plan(desired)
    assert [name for name in blocked(decision) if "server" in name] == ["resize server web-1", "create server web-2"]
    assert "create floating_ip web-2:private" in blocked(decision)


def test_room_that_a_deletion_gives_back_does_not_count() -> None:
    bench = limited(1, instances=1)
    desired = stack.desired_of((stack.server(2),))
    assert blocked(bench.plan(desired)) == ["create server web-2"]
    assert bench.apply(desired)["outcomes"][-1]["action"] == "delete"
    assert bench.apply(desired)["report"]["clean"]


def test_one_request_more_and_only_where_there_is_something_to_make() -> None:
    bench = limited(2, instances=9)
    asked = []
    for count in (2, 3):
        bench.cloud.log.clear()
        bench.plan(stack.desired(count))
        asked.append([path for method, path in bench.cloud.log if method == "GET"])
    assert not [path for path in asked[0] if path.endswith("/limits")]
    assert len([path for path in asked[1] if path.endswith("/limits")]) == 1
    assert len(asked[1]) == len(asked[0]) + 1


@pytest.mark.parametrize("status", [403, 404, 500])
def test_who_is_not_told_the_quota_hears_of_it_from_nova(status: int) -> None:
    bench = limited(1, instances=1)
    bench.cloud.faults.append(lambda _, path: status if path.endswith("/limits") else None)
    assert steps(bench.plan(stack.desired(2))) == ["create server web-2"]
    (outcome,) = bench.apply(stack.desired(2))["outcomes"]
    assert outcome["outcome"] == "failed"
    assert "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances" in outcome["why"]
