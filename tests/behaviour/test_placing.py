"""Servers of one group are asked for so that the scheduler sees where the others are."""

from __future__ import annotations

import pytest
from fakes import stack
from fakes.bench import Bench
from novaform import core
from novaform.simulate.cloud.server import TAKES

model = core.model
settle = core.settle


def desired(policy: str, *groups: str) -> core.desired.Desired:
    """Return a stack with three servers in each of these groups."""
    servers = tuple(stack.server(number, group, server_group=group) for group in groups for number in (1, 2, 3))
    made = tuple(model.ServerGroup(group, policy, implied=True) for group in groups)
    return stack.desired(0, servers=servers, server_groups=made)


def bench() -> Bench:
    """Return a cloud of which one host is so empty that the scheduler would choose it every time."""
    made = Bench()
    made.apply(stack.desired(0))
    flavor = next(iter(made.cloud.nova.flavors))
    for host in ("compute1", "compute2"):
        made.cloud.nova.hosts = [host]
        for number in range(20):
            body = {"name": f"{host}-{number}", "flavorRef": flavor, "imageRef": "", "networks": "none"}
            made.cloud.nova.create({"server": body})
    made.cloud.nova.hosts = ["compute1", "compute2", "compute3"]
    return made


@pytest.mark.parametrize("policy", ["anti-affinity", "soft-anti-affinity"])
def test_servers_of_a_group_that_are_made_together_are_on_several_hosts(policy: str) -> None:
    world = bench()
    assert world.apply(desired(policy, "web"))["report"]["clean"]
    hosts = [world.servers()[f"web-{number}"]["host"] for number in (1, 2, 3)]
    assert sorted(hosts) == ["compute1", "compute2", "compute3"]


def test_other_groups_and_servers_without_one_do_not_wait_for_each_other() -> None:
    world = bench()
    one = desired("anti-affinity", "web")
    started = world.cloud.now
    assert world.apply(one)["report"]["clean"]
    alone = world.cloud.now - started
    several = bench()
    started = several.cloud.now
    assert several.apply(desired("anti-affinity", "web", "api", "db"))["report"]["clean"]
    assert several.cloud.now - started <= alone + TAKES / 4
    posts = [place for place, asked in enumerate(several.cloud.log) if asked == ("POST", "/compute/v2.1/servers")]
    assert len(posts) == 9
    assert posts[2] - posts[0] == 2  # the first of each group, before anybody is looked at


def test_one_that_finds_no_host_does_not_hold_up_its_group() -> None:
    world = bench()
    world.cloud.nova.fails["web-1"] = "No valid host was found."
    outcomes = world.apply(desired("anti-affinity", "web"))["outcomes"]
    ends = {one["name"]: one["outcome"] for one in outcomes if one["kind"] == "server"}
    assert ends == {"web-1": "failed", "web-2": "done", "web-3": "done"}


@pytest.mark.parametrize(
    ("vm_state", "task", "host", "known"),
    [
        ("building", "scheduling", None, False),
        ("building", None, None, False),
        ("building", "spawning", None, True),
        ("building", "networking", "compute1", True),
        ("active", None, None, True),
        ("error", None, None, True),
        (None, None, None, False),
    ],
)
def test_a_new_servers_place_is_known(vm_state: str | None, task: str | None, host: str | None, *, known: bool) -> None:
    status = {"vm_state": vm_state, "task_state": task, "host": host}
    item = core.observed.Item("server", "1", "web-1", {}, None, status)
    assert settle.is_placed("create", item) is known
    assert not settle.is_placed("resize", item)
    assert not settle.is_placed("create", None)


def moved(policy: str, *hosts: str) -> tuple[list[core.change.Note], bool]:
    """Return what is said of a group when somebody moves its servers to these hosts, and whether that is clean."""
    world = bench()
    world.apply(desired(policy, "web"))
    for number, host in enumerate(hosts):
        world.servers()[f"web-{number + 1}"]["host"] = host
    decision = world.plan(desired(policy, "web"))
    return [note for note in decision.notes if note.drift == "placement"], decision.clean


@pytest.mark.parametrize(
    ("policy", "hosts", "told", "clean"),
    [
        ("anti-affinity", ("compute1", "compute2", "compute3"), [], True),
        ("anti-affinity", ("compute1", "compute2", "compute1"), [("compute1", "web-1, web-3 share")], False),
        ("soft-anti-affinity", ("compute1", "compute1", "compute1"), [("compute1", "web-2, web-3 share")], True),
        ("affinity", ("compute1", "compute1", "compute1"), [], True),
        ("affinity", ("compute1", "compute1", "compute2"), [("compute1, compute2", "are apart")], False),
        ("soft-affinity", ("compute1", "compute1", "compute2"), [("compute1, compute2", "are apart")], True),
    ],
)
def test_a_group_is_watched_after_it_was_placed(
    policy: str, hosts: tuple[str, ...], told: list[tuple[str, str]], *, clean: bool
) -> None:
    notes, found = moved(policy, *hosts)
    assert [note.host for note in notes] == [host for host, _ in told]
    assert all(words in note.text for note, (_, words) in zip(notes, told, strict=True))
    assert found is clean


def test_sharing_is_no_drift_where_servers_are_spread_as_far_as_hosts_go() -> None:
    world = Bench()
    soft = desired("soft-anti-affinity", "web")
    assert world.apply(soft)["report"]["clean"]
    assert {one["host"] for one in world.servers().values()} == {"compute1", "compute2"}
    assert not [note for note in world.plan(soft).notes if note.drift]


def test_drift_names_servers_that_are_not_on_their_host_nor_in_their_zone() -> None:
    world = Bench()
    world.cloud.nova.zones.add("rack9")
    world.cloud.nova.hosts = ["compute1"]
    servers = (stack.server(1, host="compute2.example"), stack.server(2, zone="rack9"))
    given = stack.desired_of(servers)
    world.apply(given)
    world.servers()["web-2"]["zone"] = "nova"  # somebody moved it
    look = world.run(given).plan()
    found = core.classify.classify(look.observed, look.decision, {})
    assert [(one.kind, one.name, one.host) for one in found] == [
        ("placement", "web-2", "compute1"),
        ("placement", "web-1", "compute1"),
    ]
    assert "declared for compute2.example" in found[1].text
    assert "zone is nova and should be rack9" in found[0].text
