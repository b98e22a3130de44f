"""What keeps a run from doing harm: budgets, protection, suspicious declarations, and other runs."""

from __future__ import annotations

import pytest
from fakes import stack
from fakes.bench import Bench, blocked
from novaform import core
from novaform.cloud import journal
from novaform.simulate import end

model = core.model
MANY = {"max_delete": 9, "allow_shrink": True}


def rebuilt(count: int) -> core.desired.Desired:
    """Return a stack whose servers are to be made of another image."""
    change = model.OnChange(image="rebuild")
    servers = tuple(stack.server(number + 1, on_change=change)._replace(image="fedora") for number in range(count))
    external = tuple(model.DeclaredExternal("image", name, model.NOWHERE.of("")) for name in ("debian", "fedora"))
    network = model.DeclaredExternal("network", "public", model.NOWHERE.of(""))
    return stack.desired(0, servers=servers, external=(*external, network))


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.cloud.glance.add("fedora")
    bench.apply(stack.desired(4))
    return bench


@pytest.mark.parametrize(
    ("desired", "limits", "number", "reason"),
    [
        (
            stack.desired(2),
            {"allow_shrink": True},
            2,
            "the budget is 1: --max-delete 2 if that is meant",
        ),
        (rebuilt(4), {}, 4, "4 servers would lose their disk and the budget is 1: --max-delete 4 if that is meant"),
        (rebuilt(4), {"max_consequence": "reboot"}, 4, "destroys-root-disk is graver than --max-consequence reboot"),
        (
            stack.desired(0),
            {"max_delete": 9, "allow_shrink": True},
            4,
            "no servers left and 4 are there: --allow-empty",
        ),
        (stack.desired(1), {"max_delete": 9}, 3, "3 of 4 servers would go: --allow-shrink if that is meant"),
    ],
)
def test_each_guard_says_what_it_holds_back_and_how_to_mean_it(
    bench: Bench, desired: core.desired.Desired, limits: dict[str, object], number: int, reason: str
) -> None:
    before = {one["id"]: one["image"] for one in bench.servers().values()}
    decision = bench.plan(desired, **limits)
    held = [
        step for step in decision if isinstance(step, core.change.Change) and step.kind == "server" and step.blocked
    ]
    assert len(held) == number
    assert all(reason in step.blocked for step in held)
    assert not decision.clean
    bench.apply(desired, **limits)
    assert {one["id"]: one["image"] for one in bench.servers().values()} == before


def test_what_is_protected_is_neither_deleted_nor_rebuilt_whatever_is_allowed(bench: Bench) -> None:
    protected = stack.desired_of((stack.server(1, protect=True), *(stack.server(number) for number in (2, 3, 4))))
    assert bench.apply(protected)["report"]["clean"]
    gone = bench.plan(stack.desired_of(tuple(stack.server(number) for number in (2, 3, 4))), **MANY)
    assert [(note.name, note.text) for note in gone.notes if note.level == "denied"] == [
        ("web-1", "it is protected: it is not deleted")
    ]
    assert not [step for step in gone if step.name == "web-1"]
    assert not blocked(gone)
    denied = [note for note in bench.plan(rebuilt(1), **MANY).notes if note.name == "web-1"]
    assert "would rebuild it, but it is protected" in denied[0].text


def test_a_run_that_another_has_followed_does_nothing_more() -> None:
    bench = Bench()

    def follow(method: str, path: str) -> None:
        if (method, path) == ("POST", "/network/v2.0/networks"):
            other = journal.Journal(bench.folder) if bench.base is None else bench.open_journal(bench.folder)
            other.lead()

    bench.cloud.faults.append(follow)
    outcomes = bench.apply()["outcomes"]
    changing = [one for one in bench.cloud.log if one[0] != "GET" and "/auth/" not in one[1]]
    assert changing[-1] == ("POST", "/network/v2.0/networks")  # not even the rest of the step
    assert bench.open_journal(bench.folder).history() == []
    networks = [place for place, one in enumerate(outcomes) if one["kind"] == "network"]
    later = outcomes[networks[0] + 1 :]
    assert later
    assert {one["outcome"] for one in later} <= {"failed", "skipped"}
    assert any("another run of this stack has begun (epoch 2, this is 1)" in one["why"] for one in later)
    assert bench.servers() == {}
    bench.cloud.faults.clear()
    assert bench.apply()["report"]["clean"]


def test_a_failed_boot_leaves_nothing_behind_and_the_next_run_makes_the_server_anew() -> None:
    bench = Bench()
    bench.cloud.nova.fails["web-2"] = "the hypervisor said no"
    ports = (model.Port("private", floating="public"),)
    desired = stack.desired_of(tuple(stack.server(number, networks=ports) for number in (1, 2)))
    bench.apply(desired)
    assert bench.servers()["web-2"]["vm_state"] == "error"
    bench.cloud.nova.fails.clear()
    assert bench.apply(desired)["report"]["clean"]
    assert set(bench.servers()) == {"web-1", "web-2"}
    assert end.leaks(bench.cloud) == []
    assert sorted(bench.cloud.neutron.store["floatingips"]) == sorted(floating(bench))
    bench.apply(stack.desired(0), allow_empty=True, max_delete=9)
    assert end.leaks(bench.cloud) == []


def floating(bench: Bench) -> list[str]:
    """Return the ids of the addresses that lead to the one port of each server."""
    store = bench.cloud.neutron.store
    ports = {one["id"]: one["device_id"] for one in store["ports"].values()}
    devices = [one["id"] for one in bench.servers().values()]
    assert sorted(device for device in ports.values() if device in devices) == sorted(devices)
    return [ident for ident, one in store["floatingips"].items() if ports.get(one["port_id"]) in devices]
