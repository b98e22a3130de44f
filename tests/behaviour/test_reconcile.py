"""What is decided, as a person would see it in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import stack
from fakes.bench import Bench, blocked, notes, steps
from novaform import core

if TYPE_CHECKING:
    from pathlib import Path

model = core.model


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.apply()["report"]["clean"]
    return bench


def test_an_empty_cloud_gets_everything_in_the_order_of_need() -> None:
    made = steps(Bench().plan())
    kinds = list(dict.fromkeys(step.split()[1] for step in made))
    assert kinds == ["flavor", "key", "network", "subnet", "router", "interface", "security_group", "server"]
    assert all(step.startswith("create") for step in made)


def test_the_second_run_does_nothing(bench: Bench) -> None:
    writes = len(bench.cloud.log) - len(bench.cloud.requests("GET"))
    assert bench.plan().clean
    assert bench.apply()["changed"] is False
    tokens = len([one for one in bench.cloud.log[-200:] if "auth/tokens" in one[1]])
    assert len(bench.cloud.log) - len(bench.cloud.requests("GET")) - writes <= tokens


def test_a_server_deleted_by_hand_is_made_again(bench: Bench) -> None:
    bench.cloud.nova.servers.pop(bench.servers()["web-2"]["id"])
    assert steps(bench.plan()) == ["create server web-2"]
    assert bench.apply()["report"]["clean"]
    assert set(bench.servers()) == {"web-1", "web-2", "web-3"}


def test_a_stopped_server_is_started(bench: Bench) -> None:
    bench.servers()["web-1"]["vm_state"] = "stopped"
    plan = bench.plan()
    assert steps(plan) == ["start server web-1"]
    assert [field.to_json()["after"] for field in plan.steps[0].fields] == ["active"]


def test_a_server_that_the_guest_switched_off_is_started_before_nova_says_so(bench: Bench) -> None:
    bench.servers()["web-1"]["power"] = 4
    assert steps(bench.plan()) == ["reboot server web-1"]


def test_libvirts_word_counts_more_than_novas(bench: Bench) -> None:
    server = bench.servers()["web-1"]
    run = bench.run(stack.desired())
    guests = {one["id"]: core.observed.Domain(one["id"], "running") for one in bench.servers().values()}
    run.domains = {
        host: {**guests, server["id"]: core.observed.Domain(server["id"], "shut off")}
        for host in ("compute1", "compute2")
    }
    decision = run.plan().decision
    assert steps(decision) == ["reboot server web-1"]
    assert "libvirt" in decision.steps[0].reason
    run.domains = {host: {} for host in ("compute1", "compute2")}
    decision = run.plan().decision
    assert steps(decision) == []
    assert notes(decision) == [f"held server web-{number}" for number in (1, 2, 3)]


def test_a_guest_that_its_host_lost_is_made_again_only_if_asked_for_and_nowhere_else(bench: Bench) -> None:
    servers = bench.servers()
    run = bench.run(stack.desired())
    run.policy = core.policy.from_options({"heal": ["missing-domain"]})
    hosts = {one["host"]: {} for one in servers.values()}
    hosts["compute9"] = {servers["web-2"]["id"]: core.observed.Domain(servers["web-2"]["id"], "running")}
    run.domains = hosts
    decision = run.plan().decision
    assert steps(decision) == ["reboot server web-1", "reboot server web-3"]
    assert notes(decision) == ["held server web-2"]


def test_only_drift_that_has_a_repair_can_be_healed() -> None:
    with pytest.raises(core.errors.DeclareError, match="twin is not a drift that can be healed; known are: power, "):
        core.policy.from_options({"heal": ["twin"]})


def test_removing_one_of_three_just_works(bench: Bench) -> None:
    assert steps(bench.plan(stack.desired(2))) == ["delete server web-3"]
    assert bench.apply(stack.desired(2))["report"]["clean"]
    assert set(bench.servers()) == {"web-1", "web-2"}


def test_removing_two_of_three_needs_a_word(bench: Bench) -> None:
    assert sorted(blocked(bench.plan(stack.desired(1)))) == ["delete server web-2", "delete server web-3"]
    assert blocked(bench.plan(stack.desired(1), max_delete=2))
    assert not blocked(bench.plan(stack.desired(1), max_delete=2, allow_shrink=True))


def test_an_empty_declaration_deletes_nothing_unasked(bench: Bench) -> None:
    empty = core.flatten.from_declaration(model.Declaration("shop"))
    assert steps(bench.plan(empty, max_delete=10, allow_shrink=True)) == []
    result = bench.apply(empty, max_delete=10, allow_empty=True)
    assert result["report"]["clean"], result
    assert not bench.servers()
    assert next(iter(bench.cloud.neutron.store["networks"].values()))["name"] == "public"
    assert len(bench.cloud.neutron.store["networks"]) == 1


def test_a_server_made_by_hand_is_never_touched(bench: Bench) -> None:
    nova = bench.cloud.nova
    flavor = next(iter(nova.flavors))
    nova.create({"server": {"name": "mine", "flavorRef": flavor, "imageRef": "x", "networks": "none"}})
    bench.cloud.sleep(10)
    assert bench.plan().clean
    declared = stack.desired_of(
        (stack.server(1), stack.server(2), stack.server(3), stack.server(1)._replace(key="mine", name="mine"))
    )
    decision = bench.plan(declared)
    assert steps(decision) == []
    assert notes(decision) == ["foreign server mine"]


def test_half_a_mark_is_neither_ours_nor_missing(bench: Bench) -> None:
    bench.servers()["web-1"]["metadata"] = {}
    decision = bench.plan()
    assert steps(decision) == []
    assert notes(decision) == ["held server web-1"]
    bench.servers()["web-2"]["tags"] = []
    assert steps(bench.plan(stack.desired(1))) == ["delete server web-3"]


def test_an_image_change_is_denied_with_its_price(bench: Bench) -> None:
    bench.cloud.glance.add("fedora")
    external = (*stack.declaration().external, model.DeclaredExternal("image", "fedora", model.NOWHERE.of("")))
    servers = (stack.server(1)._replace(image="fedora"), stack.server(2), stack.server(3))
    decision = bench.plan(stack.desired(0, servers=servers, external=external))
    assert steps(decision) == []
    assert "destroys-root-disk" in decision.notes[0].text
    rebuilt = servers[0]._replace(on_change=model.OnChange(image="rebuild"))
    desired = stack.desired(0, servers=(rebuilt, *servers[1:]), external=external)
    assert steps(bench.plan(desired)) == ["rebuild server web-1"]
    assert blocked(bench.plan(desired, max_consequence="reboot")) == ["rebuild server web-1"]
    assert bench.apply(desired)["report"]["clean"]


def test_a_flavor_change_resizes_and_confirms(bench: Bench) -> None:
    desired = stack.desired_of((stack.server(1)._replace(flavor="large"), stack.server(2), stack.server(3)))
    decision = bench.plan(desired)
    assert steps(decision) == ["resize server web-1"]
    assert decision.steps[0].consequence == core.consequence.MOVES_HOST
    assert bench.apply(desired)["report"]["clean"]
    assert bench.servers()["web-1"]["flavor"]["name"] == "large"


def test_a_protected_server_stays(bench: Bench) -> None:
    bench.servers()["web-3"]["metadata"][core.mark.PROTECT] = "true"
    decision = bench.plan(stack.desired(2))
    assert steps(decision) == []
    assert notes(decision) == ["denied server web-3"]


@pytest.mark.parametrize("state", ["stopped", "paused", "suspended", "shelved"])
def test_declared_states_are_reached_by_old_and_new_servers(bench: Bench, state: str) -> None:
    servers = (
        stack.server(1)._replace(state=state),
        stack.server(2),
        stack.server(3),
        stack.server(4)._replace(state=state),
    )
    assert bench.apply(stack.desired_of(servers))["report"]["clean"]
    reached = {"shelved": "shelved_offloaded"}.get(state, state)
    assert [bench.servers()[name]["vm_state"] for name in ("web-1", "web-4")] == [reached, reached]


def test_absent_is_a_state(bench: Bench) -> None:
    servers = (stack.server(1)._replace(state="absent"), stack.server(2), stack.server(3))
    assert bench.apply(stack.desired_of(servers))["report"]["clean"]
    assert set(bench.servers()) == {"web-2", "web-3"}


def test_a_missing_image_blocks_its_servers_only() -> None:
    bench = Bench()
    servers = (stack.server(1)._replace(image="nope"), stack.server(2))
    external = (*stack.declaration().external, model.DeclaredExternal("image", "nope", model.NOWHERE.of(""), "debian"))
    decision = bench.plan(stack.desired(0, servers=servers, external=external))
    assert blocked(decision) == ["create server web-1"]
    assert "did you mean debian?" in decision.notes[0].text
    assert "create server web-2" in steps(decision)


def test_an_older_nova_is_spoken_to_in_its_own_version() -> None:
    bench = Bench()
    bench.cloud.nova.newest = "2.79"
    assert bench.apply()["report"]["clean"]
    bench.cloud.nova.newest = "2.60"
    with pytest.raises(core.errors.ObserveError, match=r"2\.69"):
        bench.run(stack.desired()).session.negotiate()
    assert not steps(bench.plan(stack.desired(2)))


def test_a_plan_of_many_costs_few_requests() -> None:
    bench = Bench()
    bench.apply(stack.desired(40))
    bench.cloud.log.clear()
    assert bench.plan(stack.desired(40)).clean
    assert len(bench.cloud.log) <= 11


def test_a_disruption_goes_through_a_group_one_by_one(bench: Bench) -> None:
    most = 0
    ripen = bench.cloud.nova.ripen

    def counted() -> None:
        nonlocal most
        ripen()
        most = max(
            most,
            sum(1 for one in bench.cloud.nova.servers.values() if one["vm_state"] == "resized" or one["task_state"]),
        )

    bench.cloud.nova.ripen = counted  # type: ignore[method-assign]
    servers = tuple(stack.server(number)._replace(flavor="large") for number in (1, 2, 3))
    assert bench.apply(stack.desired_of(servers))["report"]["clean"]
    assert most == 1
    pair = tuple(one._replace(flavor="huge", rolling=model.Rolling(max_unavailable=2)) for one in servers)
    assert bench.apply(stack.desired(0, servers=pair, flavors=(model.Flavor("huge", 4, 2048, 8),)))["report"]["clean"]
    assert most == 2


def test_protection_can_be_declared_later(bench: Bench) -> None:
    servers = (stack.server(1)._replace(protect=True), stack.server(2), stack.server(3))
    assert steps(bench.plan(stack.desired_of(servers))) == ["update server web-1"]
    assert bench.apply(stack.desired_of(servers))["report"]["clean"]
    assert bench.servers()["web-1"]["metadata"][core.mark.PROTECT] == "true"


def test_a_new_image_comes_beside_the_old_one_which_goes_when_unused(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "a.img"
    file.write_bytes(b"one")

    def declared(digest: str, policy: str = "deny") -> core.desired.Desired:
        image = model.Image("own", file=str(file), sha256=digest)
        server = stack.server(1)._replace(image="own", on_change=model.OnChange(image=policy))
        return stack.desired(0, images=(image,), servers=(server, stack.server(2), stack.server(3)))

    assert bench.apply(declared("aa", "rebuild"))["report"]["clean"]
    decision = bench.plan(declared("bb"))
    assert steps(decision) == ["create image own"]
    bench.apply(declared("bb"))
    assert notes(bench.plan(declared("bb"))) == ["denied server web-1"]
    bench.apply(declared("bb", "rebuild"))
    assert steps(bench.plan(declared("bb"))) == ["delete image own"]
    assert bench.apply(declared("bb"))["report"]["clean"]
    assert [one["novaform_content"] for one in bench.cloud.glance.images.values() if one["name"] == "own"] == [
        "sha256:bb"
    ]
