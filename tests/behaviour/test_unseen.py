"""What a list does not show is not gone, and what could not be compared does not differ."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform.simulate import fault

UNLIMITED = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    assert made.apply()["report"]["clean"]
    return made


def test_a_server_that_the_list_leaves_out_is_found_by_its_id(bench: Bench) -> None:
    bench.cloud.page = 1
    bench.cloud.nova.skipped.add(bench.servers()["web-2"]["id"])
    assert bench.plan().clean
    bench.servers()["web-2"]["metadata"] = {}
    assert notes(bench.plan()) == ["held server web-2"]


@pytest.mark.parametrize("status", [403, 500])
def test_only_a_404_says_that_a_server_is_gone(bench: Bench, status: int) -> None:
    """Some roles may list servers and not show one; and a service that stumbles says nothing."""
    ident = bench.servers()["web-2"]["id"]
    bench.cloud.page = 1
    bench.cloud.nova.skipped.add(ident)
    bench.cloud.faults.append(lambda method, path: status if method == "GET" and path.endswith(ident) else None)
    plan = bench.plan(stack.desired(2), **UNLIMITED)
    assert not steps(plan)
    assert "unknown server web-2" in notes(plan)
    assert not blocked(plan)


def test_what_was_deleted_softly_is_neither_made_anew_nor_deleted_again(bench: Bench) -> None:
    bench.servers()["web-2"]["vm_state"] = "soft-delete"
    assert notes(bench.plan()) == ["held server web-2"]
    assert not steps(bench.plan())
    gone = stack.desired_of((stack.server(1), stack.server(2)._replace(state="absent"), stack.server(3)))
    assert bench.plan(gone, **UNLIMITED).clean


def test_nova_may_keep_what_we_delete(bench: Bench) -> None:
    bench.cloud.nova.reclaims = True
    before = bench.cloud.now
    assert bench.apply(stack.desired(2))["report"]["clean"]
    assert bench.cloud.now - before < 60


@pytest.mark.parametrize("path", ["networks", "security-groups", "ports", "routers", "images", "flavors/detail"])
def test_no_field_is_compared_with_what_could_not_be_listed(bench: Bench, path: str) -> None:
    bench.cloud.faults.append(lambda method, asked: 500 if method == "GET" and asked.endswith(f"/{path}") else None)
    plan = bench.plan()
    assert [note for note in plan.notes if note.kind == "cloud"]
    assert not [step for step in plan.steps if step.kind in {"server", "router", "floating_ip", "interface"}]


def test_an_interface_on_a_network_that_is_not_shown_is_left_alone(bench: Bench) -> None:
    server = bench.servers()["web-1"]
    bench.cloud.neutron.plug(server["id"], "00000000-0000-0000-0000-00000000beef", server["groups"])
    assert bench.plan().clean


def test_an_image_that_lost_its_properties_is_no_other_image() -> None:
    bench = Bench()
    own = {"images": (stack.model.Image("own", file=__file__, sha256="0" * 64),)}
    server = stack.server(1)._replace(image="own", on_change=stack.model.OnChange(image="rebuild"))
    assert bench.apply(stack.desired(0, servers=(server,), **own))["report"]["clean"]
    image: dict[str, Any] = next(one for one in bench.cloud.glance.images.values() if one["name"] == "own")
    del image["novaform_content"]
    plan = bench.plan(stack.desired(0, servers=(server,), **own), **UNLIMITED)
    assert (steps(plan), notes(plan)) == ([], ["held image own"])
    assert not steps(bench.plan(stack.desired(0, servers=(server._replace(image="debian", hold=True),)), **UNLIMITED))


def test_a_server_whose_first_boot_failed_stays_where_it_is_protected() -> None:
    bench = Bench()
    bench.cloud.nova.fails["web-1"] = "No valid host was found."
    kept = stack.desired_of((stack.server(1)._replace(protect=True),))
    bench.apply(kept)
    plan = bench.plan(kept, **UNLIMITED)
    assert (steps(plan), notes(plan)) == ([], ["denied server web-1"])
    free = stack.desired_of((stack.server(1)._replace(on_change=stack.model.OnChange()),))
    assert steps(bench.plan(free, **UNLIMITED)) == []  # the mark on it says so as well
    assert not blocked(bench.plan(free, **UNLIMITED))


def test_a_half_answer_about_a_creation_is_looked_for(bench: Bench) -> None:
    def cut(method: str, path: str) -> fault.Accident | None:
        return fault.Accident(done=True, status=202) if method == "POST" and path.endswith("/servers") else None

    bench.cloud.faults.append(cut)  # 202, and a body that names no server
    assert bench.apply(stack.desired(4))["report"]["clean"]
    assert len(bench.servers()) == 4
