"""What is no longer declared goes when it is surely ours and nothing that stays needs it."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform.simulate import fault

UNLIMITED = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}
EMPTY: dict[str, Any] = {
    "flavors": (),
    "keys": (),
    "networks": (),
    "routers": (),
    "security_groups": (),
    "external": (),
}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    own = (stack.model.Image("own", file=__file__, sha256="0" * 64),)
    assert made.apply(stack.desired(1, images=own))["report"]["clean"]
    return made


def nothing() -> Any:
    return stack.desired(0, **EMPTY)


def test_all_that_is_ours_goes(bench: Bench) -> None:
    gone = {(step.action, step.kind) for step in bench.plan(nothing(), **UNLIMITED).doable}
    kinds = {"server", "security_group", "router", "interface", "subnet", "network", "image", "flavor", "key"}
    assert gone == {("delete", kind) for kind in kinds}


@pytest.mark.parametrize("plural", ["networks", "subnets", "routers", "security-groups"])
def test_a_description_that_is_not_quite_ours_is_no_mark(bench: Bench, plural: str) -> None:
    for one in bench.cloud.neutron.store[plural].values():
        one["description"] = one["description"].replace("uid=", "uid=0")
    kind = plural.replace("-", "_")[:-1]
    assert not [step for step in bench.plan(nothing(), **UNLIMITED).steps if step.kind == kind]


@pytest.mark.parametrize("lacks", ["tags", "novaform_stack", "novaform_content"])
def test_an_image_with_half_a_mark_stays(bench: Bench, lacks: str) -> None:
    for one in bench.cloud.glance.images.values():
        if one["name"] == "own":
            one[lacks] = [] if lacks == "tags" else None
    assert not [step for step in bench.plan(nothing(), **UNLIMITED).steps if step.kind == "image"]
    other = (stack.model.Image("own", file=__file__, sha256="1" * 64),)
    plan = bench.plan(stack.desired(1, images=other), **UNLIMITED)
    assert not [step for step in plan.steps if (step.action, step.kind) == ("delete", "image")]


def test_another_stacks_things_stay(bench: Bench) -> None:
    other = nothing()._replace(stack="other")
    assert bench.plan(other, **UNLIMITED).clean


def test_what_a_server_that_stays_uses_stays(bench: Bench) -> None:
    """A server that is held, or somebody else's, keeps what it was made from."""
    held = stack.desired(0, servers=(stack.server(1)._replace(hold=True, networks=(), security_groups=()),), **EMPTY)
    plan = bench.plan(held, **UNLIMITED)
    assert not [step for step in plan.doable if step.kind in {"server", "network", "security_group"}]
    assert {"ignored network private", "ignored security_group web"} <= set(notes(plan))


def test_a_server_that_never_ran_costs_no_budget() -> None:
    bench = Bench()
    bench.cloud.nova.fails.update({f"web-{number}": "No valid host was found." for number in (1, 2, 3)})
    bench.apply(stack.desired(3))
    assert steps(bench.plan(stack.desired(3), max_delete=0)) == [f"replace server web-{number}" for number in (1, 2, 3)]
    assert len(steps(bench.plan(nothing(), max_delete=0, allow_empty=True))) > 3
    for one in bench.servers().values():
        one["launched"] = "2026-01-01T00:00:00"
    assert not [step for step in bench.plan(stack.desired(3)).steps if step.kind == "server"]
    assert "delete server web-1" in blocked(bench.plan(nothing(), max_delete=0, allow_empty=True))


def test_an_image_that_could_not_be_looked_for_is_not_made_again(bench: Bench) -> None:
    bench.cloud.faults.append(lambda method, path: 503 if method == "GET" and path.endswith("/images") else None)
    own = (stack.model.Image("own", file=__file__, sha256="0" * 64),)
    plan = bench.plan(stack.desired(1, images=own))
    assert "unknown image own" in notes(plan)
    assert not steps(plan)


def test_what_somebody_else_deleted_meanwhile_is_deleted(bench: Bench) -> None:
    def gone(method: str, path: str) -> fault.Accident | None:
        happens = method == "DELETE" and path.startswith("/compute/")
        return fault.Accident(done=True, status=404) if happens else None

    bench.cloud.faults.append(gone)
    outcomes = bench.apply(nothing(), **UNLIMITED)["outcomes"]
    assert {one["outcome"] for one in outcomes} == {"done"}
