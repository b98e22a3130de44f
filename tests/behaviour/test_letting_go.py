"""What depends on a detached volume or interface waits until it is free, as long as that makes sense, and says so."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench
from novaform import core

model = core.model
NETWORKS = (model.Network("private", "10.0.0.0/24", router="edge"), model.Network("second", "10.1.0.0/24"))
LIMITS = {"max_delete": 9, "allow_shrink": True}


def having(*volumes: tuple[str, ...], **more: Any) -> core.desired.Desired:
    """Return servers with these volumes each."""
    servers = tuple(stack.server(number, volumes=keys) for number, keys in enumerate(volumes, 1))
    own = tuple(model.Volume(key, 10, server=server.key) for server in servers for key in server.volumes)
    return stack.desired(0, servers=servers, volumes=(*own, *more.pop("spare", ())), **more)


def attached(bench: Bench) -> dict[str, list[str]]:
    """Return the volumes of each server by name."""
    bench.cloud.cinder.ripen()
    names = {one["id"]: one["name"] for one in bench.servers().values()}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for one in bench.cloud.cinder.volumes.values():
        for at in one["attachments"]:
            found[names[at["server_id"]]].append(one["name"])
    return {name: sorted(volumes) for name, volumes in found.items()}


def made(desired: core.desired.Desired, seconds: float = 50.0) -> Bench:
    """Return a cloud with these things, in which letting go takes a while."""
    bench = Bench()
    assert bench.apply(desired)["report"]["clean"]
    bench.cloud.nova.takes["detach"] = seconds
    return bench


def done(bench: Bench, desired: core.desired.Desired) -> set[str]:
    """Apply, and return the outcomes; nothing may be left."""
    result = bench.apply(desired, **LIMITS)
    assert result["report"]["clean"], str(result)
    return {one["outcome"] for one in result["outcomes"]}


def test_a_volume_is_deleted_when_its_guest_has_let_go_of_it() -> None:
    bench = made(having(("data", "log")))
    assert done(bench, having(("data",))) == {"done"}
    assert [one["name"] for one in bench.cloud.cinder.volumes.values()] == ["data"]


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(
    "after",
    [((), ("data", "log"), ()), (("log",), ("data",), ()), ((), ("log",), ("data",))],
    ids=["move", "swap", "on"],
)
def test_a_volume_goes_to_another_server_in_the_same_run(after: tuple[tuple[str, ...], ...], *, threads: bool) -> None:
    bench = made(having(("data",), ("log",), ()))
    if threads:
        kept = Bench(kept=True)
        kept.cloud = bench.cloud
        bench = kept
    assert done(bench, having(*after)) == {"done"}
    assert attached(bench) == {f"web-{number}": sorted(keys) for number, keys in enumerate(after, 1)}
    detached = [path for method, path in bench.cloud.log if method == "DELETE" and "volume_attachments" in path]
    assert len(detached) == len(set(detached))  # asked for once, however long it took


@pytest.mark.parametrize("fresh", [False, True])
def test_a_volume_goes_on_to_who_stays_or_comes_from_a_server_that_goes(*, fresh: bool) -> None:
    before = having(("data",)) if fresh else having((), ("data",))
    bench = made(before)
    bench.cloud.nova.takes["delete"] = 30.0
    servers = (stack.server(7 if fresh else 1, volumes=("data",)),)
    after = stack.desired(0, servers=servers, volumes=(model.Volume("data", 10, server=servers[0].key),))
    assert done(bench, after) == {"done"}
    assert attached(bench) == {servers[0].key: ["data"]}


def test_a_guest_that_keeps_a_disk_is_named_and_the_volume_stays() -> None:
    bench = made(having(("data", "log")))
    bench.cloud.cinder.clings.add("log")
    outcomes = {(one["action"], one["kind"]): one for one in bench.apply(having(("data",)), **LIMITS)["outcomes"]}
    update, delete = outcomes["update", "server"], outcomes["delete", "volume"]
    assert update["outcome"] == "failed"
    assert update["why"].startswith("volume log is in-use (server ")
    assert update["why"].endswith("its guest keeps it; unmount it there, and apply again")
    assert (delete["outcome"], delete["why"]) == ("skipped", "server web-1 still has it")
    assert attached(bench) == {"web-1": ["data", "log"]}
    bench.cloud.cinder.clings.clear()
    assert done(bench, having(("data",))) == {"done"}


def test_what_never_ends_is_given_up_after_five_minutes() -> None:
    bench = made(having(("data", "log")), 1e9)
    began = bench.cloud.now
    outcomes = bench.apply(having(("data",)), **LIMITS)["outcomes"]
    (why,) = [one["why"] for one in outcomes if one["outcome"] == "failed"]
    assert "is detaching" in why
    assert "given up after 30" in why
    assert bench.cloud.now - began < 600
    assert [one["outcome"] for one in outcomes if one["kind"] == "volume"] == ["skipped"]


def test_one_that_is_given_up_stops_no_other() -> None:
    bench = made(having(("data",), ("log",), ()))
    bench.cloud.cinder.clings.add("data")
    outcomes = bench.apply(having((), (), ("data", "log")), **LIMITS)["outcomes"]
    assert {one["name"]: one["outcome"] for one in outcomes} == {"web-1": "failed", "web-2": "done", "web-3": "failed"}


def test_a_network_goes_when_the_interface_on_it_has_gone() -> None:
    both = (model.Port("private"), model.Port("second"))
    bench = made(stack.desired(0, servers=(stack.server(1, networks=both),), networks=NETWORKS))
    one = stack.desired(1)
    began = bench.cloud.now
    first = bench.apply(one)
    assert [(step["action"], step["kind"], step["outcome"]) for step in first["outcomes"]] == [
        ("update", "server", "done"),
        ("delete", "subnet", "done"),
    ]
    assert bench.cloud.now - began >= 50
    assert done(bench, one) == {"done"}  # while the server is on it the network is left alone
    assert sorted(net["name"] for net in bench.cloud.neutron.store["networks"].values()) == ["private", "public"]


def test_an_interface_that_is_never_unplugged_is_given_up() -> None:
    both = (model.Port("private"), model.Port("second"))
    bench = made(stack.desired(0, servers=(stack.server(1, networks=both),), networks=NETWORKS), 1e9)
    desired = stack.desired(0, servers=(stack.server(1),), networks=NETWORKS)
    (outcome,) = bench.apply(desired)["outcomes"]
    assert (outcome["action"], outcome["outcome"]) == ("update", "failed")
    assert "is not unplugged" in outcome["why"]
    unplugged = [path for method, path in bench.cloud.log if method == "DELETE" and "os-interface" in path]
    assert len(unplugged) == 1


def test_one_that_waits_for_its_volume_holds_up_no_other_of_its_group() -> None:
    bench = Bench()
    group = {"server_groups": (model.ServerGroup("apart", "soft-anti-affinity"),)}
    keys = ("data-1", "data-2")
    volumes = tuple(model.Volume(key, 10) for key in keys)
    assert bench.apply(stack.desired(1, volumes=volumes, **group))["report"]["clean"]
    taken = next(one for one in bench.cloud.cinder.volumes.values() if one["name"] == "data-1")
    bench.cloud.cinder.attach(taken["id"], bench.servers()["web-1"]["id"])
    servers = tuple(
        stack.server(number, volumes=(key,), server_group="apart") for number, key in enumerate(keys, 2)
    )  # web-2 wants what web-1 keeps
    after = stack.desired(0, servers=(stack.server(1, hold=True), *servers), volumes=volumes, **group)
    began = bench.cloud.now
    outcomes = {one["name"]: one["outcome"] for one in bench.apply(after)["outcomes"]}
    assert outcomes == {"web-2": "failed", "web-3": "done"}
    assert float(bench.servers()["web-3"]["created"]) - began < 10
