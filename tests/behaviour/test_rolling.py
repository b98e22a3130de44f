"""A change that takes servers away goes through a group in batches, and no further than the first that stays away."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, carried_out, steps
from novaform import core

model = core.model
Rolling = model.Rolling
Health = model.Health


def group(count: int = 4, **more: Any) -> core.desired.Desired:
    """Return a stack with one group."""
    return stack.desired_of(tuple(stack.server(number + 1, **more) for number in range(count)))


def changed(**more: Any) -> core.desired.Desired:
    """Return the same group with another flavor."""
    servers = (one._replace(flavor="large") for one in (stack.server(number + 1, **more) for number in range(4)))
    return stack.desired_of(tuple(servers))


def watch(bench: Bench) -> list[int]:
    """Return a list that grows by the number of servers that are away, each time that somebody looks at them."""
    away: list[int] = []

    def look(method: str, path: str) -> None:
        if (method, path) == ("GET", "/compute/v2.1/servers/detail"):
            away.append(sum(one["task_state"] is not None for one in bench.cloud.nova.servers.values()))

    bench.cloud.faults.append(look)
    return away


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_than_max_unavailable_are_away_at_once(most: int) -> None:
    bench = Bench()
    bench.apply(group())
    away = watch(bench)
    assert bench.apply(changed(rolling=Rolling(max_unavailable=most)))["report"]["clean"]
    assert max(away) == most


def test_between_two_batches_there_is_a_pause() -> None:
    took = {}
    for pause in (0, 100):
        bench = Bench()
        bench.apply(group())
        began = bench.cloud.now
        assert bench.apply(changed(rolling=Rolling(max_unavailable=2, pause=pause)))["report"]["clean"]
        took[pause] = bench.cloud.now - began
    assert 95 < took[100] - took[0] < 110


def test_the_rest_is_skipped_after_the_first_that_fails() -> None:
    bench = Bench()
    bench.apply(group())
    away = watch(bench)
    path = f"/compute/v2.1/servers/{bench.servers()['web-2']['id']}/action"
    bench.cloud.faults.append(lambda method, asked: 403 if (method, asked) == ("POST", path) else None)
    outcomes = {one["name"]: one for one in bench.apply(changed())["outcomes"]}
    assert [outcomes[f"web-{number}"]["outcome"] for number in (1, 2, 3, 4)] == ["done", "failed", "skipped", "skipped"]
    assert outcomes["web-3"]["why"].startswith("resize of server web-2 failed: ")
    assert max(away) == 1


def test_a_server_that_is_down_already_counts() -> None:
    bench = Bench()
    bench.apply(group())
    bench.servers()["web-4"].update(vm_state="error", fault="the disk burned")
    outcomes = {one["name"]: one for one in bench.apply(changed())["outcomes"]}
    assert {one["outcome"] for one in outcomes.values()} == {"skipped"}
    assert outcomes["web-1"]["why"] == "web-4 of its group is not up, and max_unavailable is 1"
    two = {one["name"]: one["outcome"] for one in bench.apply(changed(rolling=Rolling(2)))["outcomes"]}
    assert set(two.values()) == {"done"}


def test_what_is_down_is_mended_before_anybody_goes_away() -> None:
    bench = Bench()
    bench.apply(group())
    bench.servers()["web-3"]["vm_state"] = "stopped"
    away = watch(bench)
    assert bench.apply(changed())["report"]["clean"]
    assert max(away) == 1


def test_the_next_is_not_touched_before_the_one_before_answers() -> None:
    bench = Bench()
    health = Health(tcp=80, within=60)
    assert bench.apply(group(health=health))["report"]["clean"]
    bench.cloud.nova.deaf.add("web-1")
    away = watch(bench)
    result = bench.apply(changed(health=health))
    outcomes = {one["name"]: one for one in result["outcomes"]}
    assert [outcomes[f"web-{number}"]["outcome"] for number in (1, 2, 3, 4)] == ["failed", *["skipped"] * 3]
    assert "port 80 at 10.0.0." in outcomes["web-1"]["why"]
    assert outcomes["web-1"]["why"].endswith("the resize was reverted")
    assert {one["flavor"]["name"] for one in bench.servers().values()} == {"small"}
    assert max(away) == 1
    bench.cloud.nova.deaf.clear()
    assert bench.apply(changed(health=health))["report"]["clean"]
    assert {one["flavor"]["name"] for one in bench.servers().values()} == {"large"}


def test_a_new_server_that_never_answers_is_a_failure_though_nova_says_active() -> None:
    bench = Bench()
    bench.cloud.nova.deaf.add("web-2")
    outcomes = bench.apply(group(2, health=Health(console="login:", within=30)))["outcomes"]
    failed = [(one["action"], one["name"], one["why"]) for one in outcomes if one["outcome"] == "failed"]
    assert [one[:2] for one in failed] == [("health", "web-2")]
    assert failed[0][2].startswith("its console does not show 'login:', 3")
    assert {one["vm_state"] for one in bench.servers().values()} == {"active"}


def test_addresses_come_before_the_gate_so_that_it_can_be_passed_by_them() -> None:
    bench = Bench()
    ports = (model.Port("private", floating="public"),)
    assert bench.apply(group(2, networks=ports, health=Health(http="/", within=30)))["report"]["clean"]
    floating = bench.cloud.neutron.store["floatingips"].values()
    assert len(floating) == 2
    assert all(one["port_id"] for one in floating)


def domain(
    server: dict[str, Any], vcpus: int, memory: int, state: str = "running"
) -> dict[str, dict[str, core.observed.Domain]]:
    """Return what the server's host says of it."""
    found = core.observed.Domain(server["id"], state, vcpus=vcpus, memory_mb=memory)
    return {server["host"]: {server["id"]: found}}


@pytest.mark.parametrize(
    ("vcpus", "state", "step", "flavor"),
    [
        (2, "running", "confirm", "large"),
        (1, "running", "revert", "small"),
        (2, "shut off", "revert", "small"),
        (2, "crashed", "revert", "small"),
    ],
)
def test_a_resize_waits_for_its_hosts_proof(vcpus: int, state: str, step: str, flavor: str) -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    desired = large()
    run = bench.run(desired)
    run.domains = domain(bench.servers()["web-1"], 1, 512)
    assert [one["why"] for one in carried_out(run)["outcomes"]] == ["not confirmed before its host is asked"]
    server = bench.servers()["web-1"]
    assert server["vm_state"] == "resized"
    again = bench.run(desired)
    again.domains = domain(server, vcpus, 1024, state)
    assert steps(again.plan().decision) == [f"{step} server web-1"]
    carried_out(again)
    server = bench.servers()["web-1"]
    assert (server["vm_state"], server["flavor"]["name"]) == ("active", flavor)


@pytest.mark.parametrize(("state", "order"), [("active", ["start", "resize"]), ("stopped", ["resize"])])
def test_what_is_to_run_is_started_before_its_resize_and_what_is_to_stay_off_is_not(
    state: str, order: list[str]
) -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    server = bench.servers()["web-1"]
    server["vm_state"] = "stopped"
    desired = stack.desired_of((stack.server(1)._replace(flavor="large", state=state),))
    run = bench.run(desired)
    run.domains = domain(server, 1, 512, "shut off")
    assert [one["action"] for one in carried_out(run)["outcomes"]] == order
    again = bench.run(desired)
    again.domains = domain(server, 2, 1024, "running" if state == "active" else "shut off")
    assert steps(again.plan().decision) == ["confirm server web-1"]


def large() -> core.desired.Desired:
    """Return one server with the other flavor."""
    return stack.desired_of((stack.server(1)._replace(flavor="large"),))


def test_a_resize_without_anybody_to_ask_is_confirmed_and_says_so() -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    result = bench.apply(large())
    assert [one["why"] for one in result["outcomes"]] == ["confirmed on Nova's word: no host asked"]
    assert result["report"]["clean"]


def test_a_resized_server_that_its_host_does_not_have_is_left_alone() -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    run = bench.run(large())
    run.domains = domain(bench.servers()["web-1"], 1, 512)
    carried_out(run)
    again = bench.run(large())
    again.domains = {"compute1": {}, "compute2": {}}
    decision = again.plan().decision
    assert steps(decision) == []
    assert decision.notes[0].drift == "missing-domain"


def test_who_can_ask_hosts_proves_a_resize_in_the_same_run() -> None:
    bench = Bench()
    bench.apply(group(2))
    bench.asks_hosts = True
    two = tuple(stack.server(number)._replace(flavor="large") for number in (1, 2))
    result = bench.apply(stack.desired_of(two))
    assert [one["action"] for one in result["outcomes"]] == ["resize", "resize", "confirm", "confirm"]
    assert result["report"]["clean"]


def test_guests_that_are_down_are_started_all_at_once() -> None:
    bench = Bench()
    bench.apply(group())
    for server in bench.servers().values():
        server["power"] = 4
    away = watch(bench)
    assert bench.apply(group())["report"]["clean"]
    assert max(away) == 4


@pytest.mark.parametrize(("asks", "told"), [(True, ["resize", "confirm"]), (False, ["resize"])])
def test_a_healthy_server_is_resized_once(*, asks: bool, told: list[str]) -> None:
    bench = Bench()
    health = Health(tcp=80, within=60)
    bench.apply(group(1, health=health))
    bench.asks_hosts = asks
    result = bench.apply(stack.desired_of((stack.server(1)._replace(flavor="large", health=health),)))
    assert [one["action"] for one in result["outcomes"]] == told
    assert result["report"]["clean"]
