"""What must hold for every stack, every change to it and every accident meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes import stack
from fakes.bench import Bench, carried_out, steps
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from novaform import core
from novaform.simulate import end
from novaform.simulate.simulation import restore

if TYPE_CHECKING:
    import random

model = core.model
FATAL = {"delete", "replace", "rebuild"}
UNLIMITED = {"max_delete": 100, "allow_empty": True, "allow_shrink": True}


def server(number: int, networks: tuple[core.model.Port, ...], fixed: str, **more: Any) -> core.model.Server:
    """Return a server, perhaps with a fixed address of its own on its first network."""
    first = networks[0]._replace(fixed_ip=f"10.0.{number}.{fixed}") if fixed else networks[0]
    return stack.server(number)._replace(networks=(first, *networks[1:]), **more)


servers = st.builds(
    server,
    st.integers(1, 5),
    fixed=st.sampled_from(["", "50", "60"]),
    flavor=st.sampled_from(["small", "large"]),
    state=st.sampled_from(["active", "active", "stopped", "paused", "shelved", "absent"]),
    metadata=st.sampled_from([(), (("role", "web"),), (("role", "db"), ("tier", "1"))]),
    tags=st.sampled_from([(), ("blue",), ("blue", "green")]),
    image=st.sampled_from(["debian", "fedora"]),
    on_change=st.builds(
        model.OnChange,
        image=st.sampled_from(["rebuild", "replace"]),
        fixed_ip=st.sampled_from(["update", "replace"]),
        hints=st.sampled_from(["ignore", "replace"]),
    ),
    hints=st.sampled_from([(), (("same_host", ("a",)),)]),
    networks=st.sampled_from(
        [
            (model.Port("private"),),
            (model.Port("private", floating="public"),),
            (model.Port("private"), model.Port("private")),
        ]
    ),
)
groups = st.sampled_from(
    [
        (model.Rule(protocol="tcp", port_min=80, port_max=80),),
        (model.Rule(protocol="tcp", port_min=22, port_max=22), model.Rule(protocol="icmp")),
        (model.Rule(group="web"),),
    ]
)
external = tuple(
    model.DeclaredExternal(kind, name, model.NOWHERE.of(""))
    for kind, name in (("image", "debian"), ("image", "fedora"), ("network", "public"))
)


@st.composite
def stacks(draw: st.DrawFn) -> core.desired.Desired:
    found = draw(st.lists(servers, max_size=4, unique_by=lambda one: one.key))
    rules = draw(groups)
    return stack.desired(
        0, servers=tuple(found), security_groups=(model.SecurityGroup("web", rules),), external=external
    )


accidents = st.lists(st.tuples(st.sampled_from(["vanish", "stop", "die", "error"]), st.integers(0, 4)), max_size=3)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
calm = settings(
    deadline=None,
    max_examples=40,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def bench() -> Bench:
    made = Bench()
    made.cloud.glance.add("fedora")
    return made


def befall(bench: Bench, events: list[tuple[str, int]]) -> None:
    """Let accidents happen to servers."""
    for event, place in events:
        found = list(bench.servers().values())
        if place >= len(found):
            continue
        server: dict[str, Any] = found[place]
        if event == "vanish":
            del bench.cloud.nova.servers[server["id"]]
            bench.cloud.neutron.unplug(server["id"])
        elif event == "stop" and server["vm_state"] == "active":
            server["vm_state"] = "stopped"
        elif event == "die" and server["vm_state"] == "active":
            server["power"] = 4
        elif event == "error" and server["launched"]:
            server.update(vm_state="error", fault="the disk burned", launched=None)


@calm
@given(stacks(), accidents, stacks())
def test_applying_the_plan_leaves_nothing_to_do(
    first: core.desired.Desired, events: list[tuple[str, int]], second: core.desired.Desired
) -> None:
    world = bench()
    assert world.apply(first)["report"]["clean"]
    befall(world, events)
    for server in world.cloud.nova.servers.values():
        server["power"] = server["power"] if server["vm_state"] == "active" else None
    planned = steps(world.plan(second, **UNLIMITED))
    result = world.apply(second, **UNLIMITED)
    done = [f"{one['action']} {one['kind']} {one['name']}" for one in result["outcomes"]]
    assert sorted(planned) == sorted(done)
    assert result["report"]["clean"], result["report"]
    world.servers()


@calm
@given(stacks(), stacks(), st.integers(0, 3))
def test_nothing_dies_beyond_the_budget(first: core.desired.Desired, second: core.desired.Desired, budget: int) -> None:
    world = bench()
    world.apply(first)
    before = {one["id"]: one["image"] for one in world.servers().values()}
    world.apply(second, max_delete=budget, allow_empty=True, allow_shrink=True)
    after = {one["id"]: one["image"] for one in world.servers().values()}
    assert sum(1 for ident, image in before.items() if after.get(ident) != image) <= budget


@calm
@given(stacks())
def test_everything_comes_after_what_it_needs(desired: core.desired.Desired) -> None:
    decision = bench().plan(desired)
    places = {(step.kind, step.name): place for place, step in enumerate(decision.doable)}
    for one in desired.wanted:
        for need in one.needs:
            if (one.kind, one.key) in places and need in places:
                assert places[need] < places[one.kind, one.key]


@calm
@given(stacks())
def test_nothing_goes_before_what_needs_it(first: core.desired.Desired) -> None:
    world = bench()
    world.apply(first)
    nothing = core.desired.Desired(first.stack)
    places = {(step.kind, step.name): place for place, step in enumerate(world.plan(nothing, **UNLIMITED).steps)}
    for one in first.wanted:
        for need in one.needs:
            if (one.kind, one.key) in places and need in places:
                assert places[one.kind, one.key] < places[need]


@calm
@given(stacks(), accidents, stacks())
def test_steps_are_disjoint(
    first: core.desired.Desired, events: list[tuple[str, int]], second: core.desired.Desired
) -> None:
    """No two steps change the same field, or end the same thing; changes of state follow one from the other."""
    world = bench()
    world.apply(first)
    befall(world, events)
    changed: list[tuple[str, str, str]] = []
    ended: list[tuple[str, str]] = []
    states: dict[str, list[str]] = {}
    for step in world.plan(second, **UNLIMITED).steps:
        assert isinstance(step, core.change.Change)
        ended += [(step.kind, step.target)] if step.action in {"delete", "replace"} else []
        for field in step.fields:
            if field.field == "state" and step.action not in {"create", "replace"}:
                way = states.setdefault(step.name, [field.before])
                assert way[-1] == field.before
                way.append(field.after)
            else:
                changed.append((step.kind, step.target or step.name, field.field))
    assert len(set(changed)) == len(changed)
    assert len(set(ended)) == len(ended)
    wanted = {one.key: one.state for one in second.wanted if one.kind == "server"}
    assert all(way[-1] in {wanted[name], f"{wanted[name]}_offloaded", "running"} for name, way in states.items())


@calm
@given(stacks(), accidents, stacks(), st.randoms(use_true_random=False))
def test_steps_add_up(
    first: core.desired.Desired, events: list[tuple[str, int]], second: core.desired.Desired, chance: random.Random
) -> None:
    """A part of the steps and then what is left end where all of them at once do.

    Only a server that is shelved first keeps its fields as they are until it is awake again.
    """
    assume(all(one.state != "shelved" for one in second.wanted))
    world = bench()
    world.apply(first)
    befall(world, events)
    saved = world.save()
    whole, parts = restore(saved, "1"), restore(saved, "2")
    assert whole.apply(second, **UNLIMITED)["report"]["clean"]
    steps = [step for step in parts.plan(second, **UNLIMITED).doable if isinstance(step, core.change.Change)]
    carried_out(parts.run(second, **UNLIMITED), [step for step in steps if chance.random() < 0.5])
    assert parts.apply(second, **UNLIMITED)["report"]["clean"]
    assert not end.difference(end.end(parts.cloud), end.end(whole.cloud))


partial = st.tuples(
    st.sampled_from(["cell", "compute", "network", "image", "page"]),
    st.integers(0, 3),
    st.sampled_from([404, 500, 503]),
)


@settings(deadline=None, max_examples=150, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), stacks(), partial)
def test_nothing_dies_of_what_could_not_be_seen(
    first: core.desired.Desired, second: core.desired.Desired, fault: tuple[str, int, int]
) -> None:
    where, place, status = fault
    world = bench()
    world.apply(first)
    found = list(world.servers().values())
    world.cloud.page = 1
    if where == "cell":
        world.cloud.nova.down = {one["id"] for one in found[place:]}
    elif where == "page":
        world.cloud.faults.append(lambda _, path: status if "detail" in path and len(world.cloud.log) % 2 else None)
    else:
        world.cloud.faults.append(lambda _, path: status if path.startswith(f"/{where}/v") else None)
    decision = attempt(world, second)
    if decision is None or (where == "cell" and not world.cloud.nova.down):
        return
    if where in {"cell", "compute"}:
        assert not [step for step in decision.doable if step.action in FATAL]
        assert not [step for step in decision.doable if (step.action, step.kind) == ("create", "server")]
    kinds = {"network": {"network", "subnet", "router", "interface", "security_group"}, "image": {"image"}}
    assert not [step for step in decision.doable if step.kind in kinds.get(where, ()) and step.action in FATAL]


def attempt(world: Bench, desired: core.desired.Desired) -> core.change.Decision | None:
    """Plan; None where the cloud could not be looked at, at all."""
    try:
        return world.plan(desired, **UNLIMITED)
    except core.errors.ObserveError:
        return None
