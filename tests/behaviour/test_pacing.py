"""No host and no service is flooded; what passes is tried again, what does not is not tried for ever."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench
from hypothesis import given
from hypothesis import strategies as st
from novaform import core
from novaform.cloud import wire

turn, fault = core.turn, core.circuit
SERVERS = "/compute/v2.1/servers"

riders = st.builds(
    turn.Rider,
    st.uuids().map(str),
    st.sampled_from(["create", "resize", "rebuild", "reboot", "start", "update", "delete", "unshelve"]),
    on=st.booleans(),
    begun=st.booleans(),
    disruptive=st.booleans(),
    mending=st.booleans(),
    placed=st.booleans(),
    group=st.sampled_from(["", "web", "db"]),
    server_group=st.sampled_from(["", "", "apart"]),
    host=st.sampled_from(["", "compute1", "compute2"]),
).map(lambda one: one._replace(begun=one.begun or one.on, mending=one.mending and not one.disruptive))
rings = st.builds(turn.Ring, st.integers(1, 4), st.sampled_from([0.0, 30.0]), st.sampled_from([(), ("web-9",)]))


@given(
    st.lists(riders, max_size=60, unique_by=lambda one: one.name),
    st.fixed_dictionaries(dict.fromkeys(("", "web", "db"), rings)),
    st.integers(1, 3),
)
def test_whoever_is_asked_no_limit_is_passed(crowd: list[turn.Rider], groups: dict[str, turn.Ring], hosts: int) -> None:
    found = turn.turns(crowd, groups, hosts, 100.0)
    by_name = {one.name: one for one in crowd}
    assert not set(found.ready) & set(found.skipped)
    assert len(set(found.ready)) == len(found.ready)
    asked = [by_name[name] for name in found.ready]
    assert not [one for one in asked if one.on]
    for name, ring in groups.items():
        fresh = [one for one in asked if one.group == name and one.disruptive and not one.begun]
        away = [one for one in crowd if one.group == name and turn.away(one)]
        assert len(fresh) <= max(0, ring.most - len(ring.down))
        assert not (fresh and away)
    choosing = [one for one in asked if one.server_group and one.action in turn.SCHEDULED]
    open_choice = [one for one in crowd if one.on and one.action in turn.SCHEDULED and not one.placed]
    assert len(choosing) <= (0 if [one for one in open_choice if one.server_group] else 1)
    running = Counter(one.host for one in crowd if one.on and one.action in turn.BUILDS)
    new = [one for one in asked if one.action in turn.BUILDS]
    assert len(new) <= max(0, turn.MOST_PER_HOST * max(hosts, len(running)) - sum(min(n, 10) for n in running.values()))
    resizes = Counter(one.host for one in asked if one.action == "resize" and one.host)
    assert all(number <= turn.PER_HOST["resize"] for number in resizes.values())


def building(bench: Bench) -> list[int]:
    """Return a list that grows by the most builds that one host has, each time that something is asked."""
    most: list[int] = [0]

    def look(method: str, path: str) -> None:
        del method, path
        found = [one for one in bench.cloud.nova.servers.values() if one["vm_state"] == "building"]
        most.append(max(Counter(one["chosen"] for one in found).values(), default=0))

    bench.cloud.faults.append(look)
    return most


def test_a_host_never_builds_more_than_ten_at_once() -> None:
    bench = Bench()
    most = building(bench)
    assert bench.apply(stack.desired(50))["report"]["clean"]
    assert max(most) == turn.MOST_PER_HOST
    assert len(bench.servers()) == 50


def busy(bench: Bench, after: str) -> list[float]:
    """Let the service push back the first five writes, and return the times at which writes come."""
    send, times = bench.cloud.send, []

    def sent(method: str, url: str, headers: Any, body: Any = None) -> wire.Answer:
        if method == "POST" and url.endswith(SERVERS):
            times.append(bench.cloud.now)
            if len(times) <= 5:
                return wire.Answer(429, {"retry-after": after}, b"{}")
        return send(method, url, headers, body)

    bench.cloud.send = sent  # type: ignore[method-assign]
    return times


def test_a_service_that_wants_to_be_left_alone_is() -> None:
    bench = Bench()
    times = busy(bench, "20")
    assert bench.apply(stack.desired(6))["report"]["clean"]
    assert len(times) == 5 + 6
    assert times[5] - times[0] >= 20


def test_the_window_closes_fast_and_opens_slowly() -> None:
    window = turn.Window()
    for _ in range(9):
        window = window.after(pushed_back=True)
    assert window.size == 1
    sizes = []
    for _ in range(3):
        window = window.after(pushed_back=False)
        sizes.append(window.size)
    assert sizes == [2, 3, 4]


def refuse(bench: Bench, status: int, message: str, times: int) -> list[str]:
    """Refuse the first actions on servers, and return the list of what was refused."""
    send, refused = bench.cloud.send, []

    def sent(method: str, url: str, headers: Any, body: Any = None) -> wire.Answer:
        if method == "POST" and url.endswith("/action") and len(refused) < times:
            refused.append(url)
            return wire.Answer(status, {}, json.dumps({"conflictingRequest": {"message": message}}).encode())
        return send(method, url, headers, body)

    bench.cloud.send = sent  # type: ignore[method-assign]
    return refused


@pytest.mark.parametrize(
    ("status", "message", "outcome", "asked"),
    [
        (409, "Cannot 'os-start' instance while it is in task_state powering-off", "done", 2),
        (503, "try later", "done", 2),
        (409, "Cannot 'os-start' instance while it is in vm_state error", "failed", 1),
        (403, "Quota exceeded", "failed", 1),
        (400, "no", "failed", 1),
    ],
)
def test_what_passes_is_tried_again_and_the_rest_is_not(status: int, message: str, outcome: str, asked: int) -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    bench.servers()["web-1"]["vm_state"] = "stopped"
    refused = refuse(bench, status, message, asked)
    assert [one["outcome"] for one in bench.apply(stack.desired(1))["outcomes"]] == [outcome]
    assert len(refused) == asked


def test_trying_again_has_an_end() -> None:
    bench = Bench()
    bench.apply(stack.desired(1))
    bench.servers()["web-1"]["vm_state"] = "stopped"
    refused = refuse(bench, 409, "it is in task_state x", 1000)
    assert [one["outcome"] for one in bench.apply(stack.desired(1))["outcomes"]] == ["failed"]
    assert len(refused) == fault.TRIES


def test_twenty_that_fail_by_one_image_are_one_failure() -> None:
    bench = Bench()
    bench.cloud.glance.add("broken")
    servers = tuple(stack.server(number, "bad")._replace(image="broken") for number in range(1, 21))
    servers += tuple(stack.server(number)._replace(flavor="large") for number in range(1, 6))
    broken = core.model.DeclaredExternal("image", "broken", core.model.NOWHERE.of(""))
    external = (*stack.declaration().external, broken)
    for number in range(1, 21):
        bench.cloud.nova.fails[f"bad-{number}"] = f"Image {number} is unacceptable"
    bench.cloud.nova.hosts = ["compute1"]
    outcomes = bench.apply(stack.desired(0, servers=servers, external=external))["outcomes"]
    ends = Counter((one["name"].split("-")[0], one["outcome"]) for one in outcomes if one["kind"] == "server")
    assert ends["web", "done"] == 5
    assert ends["bad", "skipped"] == 20 - ends["bad", "failed"] > 5
    why = next(one["why"] for one in outcomes if one["outcome"] == "skipped")
    assert "image broken" in why
    assert "failed alike, so it was not tried: Image " in why


def test_a_cause_is_what_all_failures_share_and_a_success_clears_it() -> None:
    def causes(image: str, flavor: str) -> fault.Causes:
        return frozenset({("image", image), ("flavor", flavor)})

    circuits = fault.Circuits()
    for flavor in ("small", "large", "small"):
        assert circuits.against(causes("x", "small")) == ""
        circuits.note_failure(
            causes("x", flavor), f"No valid host for {flavor != ''} 7f9c8cce-0000-4000-8000-000000000001"
        )
    assert "with image x failed alike" in circuits.against(causes("x", "huge"))
    assert circuits.against(causes("y", "small")) == ""
    circuits.went_well(causes("x", "huge"))
    assert circuits.against(causes("x", "small")) == ""


@given(st.integers(1, 20), st.uuids())
def test_waiting_grows_and_stays_within_bounds(tries: int, uid: Any) -> None:
    wait = fault.backoff(tries, str(uid))
    assert min(30, 2**tries) / 2 <= wait <= min(30, 2**tries)
