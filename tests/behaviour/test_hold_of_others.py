"""A server that others have locked is left alone, and what cannot be done is refused before it is half done."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._cloud import context
from ansible_collections.novaform.compute.plugins.module_utils._cloud.run import perform
from fakes import stack
from fakes.bench import Bench, blocked, steps
from novaform import core

model = core.model
MANY = {"max_delete": 9, "allow_shrink": True, "allow_empty": True}
LOCK = {"locked": True, "locked_reason": "forensics,\n\x1b[2J do not touch"}


def changed(**more: Any) -> core.desired.Desired:
    return stack.desired_of((stack.server(1)._replace(**more),))


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.apply(stack.desired(1))
    bench.servers()["web-1"].update(LOCK)
    return bench


def test_a_lock_is_told_and_differs_from_nothing(bench: Bench) -> None:
    decision = bench.plan(stack.desired(1))
    assert decision.clean
    assert [(one.name, one.text) for one in decision.notes] == [
        ("web-1", "somebody locked it: forensics, �[2J do not touch")
    ]


@pytest.mark.parametrize(
    "desired",
    [
        stack.desired(0),
        changed(state="absent"),
        changed(state="stopped"),
        changed(metadata={"a": "b"}),
        changed(tags=("a",)),
        changed(flavor="large"),
        changed(on_change=model.OnChange(flavor="replace"), flavor="large"),
    ],
)
@pytest.mark.parametrize("roles", [[], ["admin"]])
def test_whatever_is_to_be_done_to_it_waits(bench: Bench, desired: core.desired.Desired, roles: list[str]) -> None:
    bench.cloud.roles = roles
    before = dict(bench.servers()["web-1"])
    decision = bench.plan(desired, **MANY)
    assert any("server web-1" in one for one in blocked(decision))
    assert not [one for one in steps(decision) if "server web-1" in one]
    reason = next(step.blocked for step in decision if getattr(step, "blocked", ""))
    assert reason.endswith(f"do not touch: openstack server unlock {before['id']}")
    bench.apply(desired, **MANY)
    assert bench.servers()["web-1"] == before
    bench.cloud.nova.act(bench.servers()["web-1"], "unlock", None)
    assert any("server web-1" in one for one in steps(bench.plan(desired, **MANY)))


def test_the_simulated_nova_heeds_locks_as_the_real_one(bench: Bench) -> None:
    ident = bench.servers()["web-1"]["id"]
    for action in ("os-stop", "rebuild"):
        with pytest.raises(core.errors.ApplyError, match="is locked"):
            bench.cloud.session().send("compute", "POST", f"/servers/{ident}/action", {action: None})
    with pytest.raises(core.errors.ApplyError, match="is locked"):
        bench.cloud.session().send("compute", "DELETE", f"/servers/{ident}")
    bench.cloud.roles = ["admin"]
    bench.cloud.session().send("compute", "DELETE", f"/servers/{ident}")


ADDRESS = changed(networks=(model.Port("private", floating="*"),))


@pytest.mark.parametrize("number", [0, 2])
def test_an_address_from_nowhere_in_particular_is_refused_before_its_server_is_made(number: int) -> None:
    bench = Bench()
    if number:
        bench.cloud.neutron.make("networks", {"name": "other", "router:external": True})
    else:
        for one in bench.cloud.neutron.store["networks"].values():
            one["router:external"] = False
    decision = bench.plan(ADDRESS)
    assert {"create server web-1", "create floating_ip web-1:private"} <= set(blocked(decision))
    told = f"the cloud has {number or 'no'} external networks: say which, as floating_ip: NETWORK"
    assert {step.blocked for step in decision if getattr(step, "blocked", "")} >= {told}
    bench.apply(ADDRESS)
    assert not bench.servers()


def test_one_external_network_is_enough() -> None:
    bench = Bench()
    bench.apply(ADDRESS)
    assert bench.plan(ADDRESS).clean


def test_an_intent_without_a_request_is_cleared() -> None:
    """Whatever stops a creation before it is sent, the journal does not say that it was."""
    bench = Bench()
    bench.apply(changed())
    bench.cloud.neutron.make("networks", {"name": "other", "router:external": True})
    run = bench.run(ADDRESS)
    journal = run.given.open(bench.folder)
    look = run.look(journal)
    index = core.index.Index(ADDRESS, look.observed, look.applied, core.policy.Policy())
    made = context.Context(run.session, index, context.Watch(str), run.given.reach)
    wanted = made.wanted_for("floating_ip", "web-1:private")
    with pytest.raises(core.errors.ApplyError, match="2 external networks"):
        perform.Performer(made, journal, 30.0).make(wanted)
    assert journal.load_applied()[wanted.uid].intent_at is None
