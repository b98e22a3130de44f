"""Each reason for leaving a server alone, alone."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform import core

model = core.model
UNLIMITED = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    assert made.apply(stack.desired(4))["report"]["clean"]
    return made


def only(*servers: model.Server, **more: Any) -> core.desired.Desired:
    return stack.desired(0, servers=servers, **more)


def servers(count: int, **last: Any) -> tuple[model.Server, ...]:
    """Return servers of which the last differs."""
    return (*(stack.server(number) for number in range(1, count)), stack.server(count)._replace(**last))


def test_a_server_that_could_not_be_looked_for_is_not_made(bench: Bench) -> None:
    bench.cloud.nova.down.add(bench.servers()["web-1"]["id"])
    plan = bench.plan(stack.desired(5))
    assert "create server web-5" not in steps(plan)
    assert "unknown server web-5" in notes(plan)


def test_what_is_held_is_not_made(bench: Bench) -> None:
    plan = bench.plan(only(*servers(5, hold=True)))
    assert (steps(plan), notes(plan)) == ([], ["held server web-5"])


def test_a_server_whose_state_nova_does_not_tell_is_held(bench: Bench) -> None:
    bench.servers()["web-4"]["vm_state"] = None
    plan = bench.plan(only(*servers(4, flavor="large")))
    assert (steps(plan), notes(plan)) == ([], ["held server web-4"])


@pytest.mark.parametrize("half", ["metadata", "tags"])
def test_half_a_mark_is_no_leave_to_delete(bench: Bench, half: str) -> None:
    bench.servers()["web-4"][half].clear()
    for wanted in (only(*servers(4, state="absent")), stack.desired(3)):
        assert not [step for step in bench.plan(wanted, **UNLIMITED).steps if step.action == "delete"]


def test_a_server_declared_absent_and_protected_stays(bench: Bench) -> None:
    plan = bench.plan(only(*servers(4, state="absent", protect=True)), **UNLIMITED)
    assert (steps(plan), notes(plan)) == ([], ["denied server web-4"])


def test_a_server_in_error_that_ran_is_evidence(bench: Bench) -> None:
    bench.servers()["web-4"].update(vm_state="error", fault="its host burned")
    plan = bench.plan(stack.desired(4), **UNLIMITED)
    assert (steps(plan), notes(plan)) == ([], ["held server web-4"])


def test_only_an_error_before_the_first_start_leaves_nothing_on_a_disk(bench: Bench) -> None:
    bench.servers()["web-4"]["launched"] = None
    plan = bench.plan(stack.desired(3), max_consequence="destroys-root-disk")
    assert (steps(plan), blocked(plan)) == ([], ["delete server web-4"])


def test_two_groups_of_one_name_keep_servers_from_being_made(bench: Bench) -> None:
    bench.cloud.neutron.make("security-groups", {"name": "twice"})
    bench.cloud.neutron.make("security-groups", {"name": "twice"})
    plan = bench.plan(stack.desired(5))
    assert (steps(plan), notes(plan)) == ([], ["foreign server web-5"])


def test_what_is_blocked_spends_no_budget(bench: Bench) -> None:
    """Nor does what is protected: one of the two that would go may."""
    volume = model.Volume("data", 10)
    wanted = stack.desired(4, volumes=(volume,))
    assert bench.apply(wanted)["report"]["clean"]
    plan = bench.plan(stack.desired(3), max_consequence="changes-uuid", max_delete=1)
    assert (steps(plan), blocked(plan)) == (["delete server web-4"], ["delete volume data"])


def test_half_may_go_and_more_may_not(bench: Bench) -> None:
    assert len(steps(bench.plan(stack.desired(2), max_delete=10))) == 2
    assert len(blocked(bench.plan(stack.desired(1), max_delete=10))) == 3


def test_what_needs_what_is_blocked_is_blocked(bench: Bench) -> None:
    volume = model.Volume("data", 10, image="gone")
    plan = bench.plan(only(*servers(5, volumes=("data",)), volumes=(volume,)))
    assert (steps(plan), blocked(plan)) == ([], ["create volume data", "create server web-5"])


def test_protection_holds_from_the_moment_it_is_declared(bench: Bench) -> None:
    bench.cloud.glance.add("fedora")
    server = {"image": "fedora", "protect": True, "on_change": model.OnChange(image="rebuild")}
    external = (model.DeclaredExternal("image", "fedora", model.NOWHERE.of("")),)
    plan = bench.plan(only(*servers(4, **server), external=external), **UNLIMITED)
    assert (steps(plan), notes(plan)) == (["update server web-4"], ["denied server web-4"])


def test_a_flavor_and_a_key_of_somebody_else_are_not_replaced() -> None:
    bench = Bench()
    flavor = {"name": "small", "vcpus": 8, "ram": 1, "disk": 1}
    key = {"name": "ops", "public_key": stack.PUBLIC_KEY[:-1] + "u"}
    bench.cloud.nova.on_flavors("POST", "", {}, {"flavor": flavor})
    bench.cloud.nova.on_keypairs("POST", "", {}, {"keypair": key})
    plan = bench.plan(**UNLIMITED)
    assert not [step for step in plan.steps if step.name in {"small", "ops"}]
    assert {"foreign flavor small", "foreign key ops"} <= set(notes(plan))


def test_a_network_with_half_a_mark_is_not_changed(bench: Bench) -> None:
    for network in bench.cloud.neutron.store["networks"].values():
        network["description"] = network["description"].replace("uid=", "uid=0")
    changed = (model.Network("private", "10.0.0.0/24", router="edge", mtu=1400),)
    plan = bench.plan(only(*servers(4), networks=changed))
    assert not [step for step in plan.steps if step.kind == "network"]
    assert "foreign network private" in notes(plan)


def test_a_host_that_does_not_answer_has_not_lost_its_guests(bench: Bench) -> None:
    bench.asks_hosts = True
    heal = {"heal": ("missing-domain", "power")}
    bench.cloud.hosts.lost.add(bench.servers()["web-1"]["id"])
    assert steps(bench.plan(stack.desired(4), **heal)) == ["reboot server web-1"]
    bench.cloud.hosts.silent.update(bench.cloud.nova.hosts)
    assert bench.plan(stack.desired(4), **heal).clean


@pytest.mark.parametrize("tag", ["novaform.s.", "novaform.u."])
def test_both_tags_belong_to_the_mark(bench: Bench, tag: str) -> None:
    server = bench.servers()["web-4"]
    server["tags"] = [one for one in server["tags"] if not one.startswith(tag)]
    assert notes(bench.plan(stack.desired(4))) == ["held server web-4"]
    assert not steps(bench.plan(stack.desired(3), **UNLIMITED))
