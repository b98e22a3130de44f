"""Every class of drift is seen when it happens, once, with its host, and with the step that ends it if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fakes import stack
from fakes.bench import Bench
from novaform import core
from novaform.simulate import tamper
from novaform.stack import drift

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = core.drift.CLASSES


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.asks_hosts = True
    made.apply()
    return made


def found(bench: Bench, desired: core.desired.Desired | None = None, **limits: Any) -> list[drift.Drift]:
    """Return the drift of the stack that the bench has."""
    run = bench.run(desired or stack.desired(), **limits)
    return drift.classify_look(run.plan(), run.session)[0]


def told(bench: Bench, **limits: Any) -> list[tuple[str, str, str, str]]:
    """Return class, name, host and repair of each."""
    return [(one.kind, one.name, one.host, one.repair) for one in found(bench, **limits)]


def test_what_is_as_declared_has_no_drift(bench: Bench) -> None:
    assert found(bench) == []


def rename(bench: Bench) -> None:
    tamper.rename(bench.cloud, "web-1", "somebody")


CASES: dict[str, tuple[Callable[[Bench], Any], tuple[str, ...]]] = {
    "missing-domain": (
        lambda bench: tamper.undefine(bench.cloud, "web-1"),
        ("missing-domain", "web-1", "compute1", ""),
    ),
    "zombie": (
        lambda bench: (tamper.claim(bench.cloud, "web-1", "compute9"), tamper.orphan(bench.cloud, "web-1")),
        ("zombie", "web-1", "compute1", ""),
    ),
    "twin": (
        lambda bench: tamper.double(bench.cloud, "web-1", "compute2"),
        ("twin", "web-1", "compute1, compute2", ""),
    ),
    "power": (lambda bench: tamper.destroy(bench.cloud, "web-1"), ("power", "web-1", "compute1", "reboot")),
    "definition": (
        lambda bench: tamper.grow(bench.cloud, "web-1", "3", "512"),
        ("definition", "web-1", "compute1", ""),
    ),
    "host": (lambda bench: tamper.move(bench.cloud, "web-1", "compute2"), ("host", "web-1", "compute1", "")),
    "allocation": (lambda bench: tamper.free(bench.cloud, "web-1"), ("allocation", "web-1", "compute1", "")),
    "field": (rename, ("field", "web-1", "", "update")),
}


@pytest.mark.parametrize("kind", CASES)
def test_each_class_is_told_once_by_its_host_and_with_its_repair(bench: Bench, kind: str) -> None:
    happen, wanted = CASES[kind]
    happen(bench)
    left = [one for one in told(bench) if kind != "zombie" or one[0] != "field"]  # who is gone is also missing
    assert left == [wanted]


def test_a_guest_of_nobody_is_told_with_its_id_and_left_alone(bench: Bench) -> None:
    uuid = bench.cloud.hosts.define("compute2", "stranger")
    assert told(bench) == [("unknown-domain", uuid, "compute2", "")]
    assert bench.plan().clean


def test_a_server_that_is_not_where_it_should_be_is_placement(bench: Bench) -> None:
    servers = (stack.server(1, host="compute2"), stack.server(2), stack.server(3))
    assert [(one.kind, one.name, one.host) for one in found(bench, stack.desired_of(servers))] == [
        ("placement", "web-1", "compute1")
    ]


def test_the_cases_are_all_classes_that_there_are() -> None:
    assert {*CASES, "unknown-domain", "placement"} == set(CLASSES)


def test_what_may_be_healed_names_its_repair_and_what_may_not_how_to_allow_it(bench: Bench) -> None:
    tamper.undefine(bench.cloud, "web-1")
    assert "--heal missing-domain" in found(bench)[0].text
    assert told(bench, heal=("missing-domain",)) == [("missing-domain", "web-1", "compute1", "reboot")]
    tamper.destroy(bench.cloud, "web-2")
    assert ("power", "web-2", "compute2", "") in told(bench, heal=("none",))


def test_novas_own_word_on_power_is_power_too(bench: Bench) -> None:
    bench.asks_hosts = False
    bench.servers()["web-1"]["power"] = 4
    assert [(one.kind, one.name, one.repair) for one in found(bench)] == [("power", "web-1", "reboot")]


def test_a_difference_says_what_is_and_what_should_be_and_who_asked(bench: Bench) -> None:
    large = tuple(stack.server(number)._replace(flavor="large") for number in (1, 2, 3))
    first = found(bench, stack.desired_of(large))[0]
    assert first.text == "flavor is small (1 vCPU, 512 MiB, 4 GiB) and should be large (2 vCPU, 1024 MiB, 8 GiB)"
    assert (first.kind, first.of, first.name, first.repair) == ("field", "server", "web-1", "resize")


def test_what_is_denied_is_not_repaired_by_another_step_of_the_same_server(bench: Bench) -> None:
    bench.cloud.glance.add("fedora")
    servers = (stack.server(1)._replace(flavor="large", image="fedora"), stack.server(2), stack.server(3))
    fedora = core.model.DeclaredExternal("image", "fedora", core.model.NOWHERE.of(""))
    external = (*stack.declaration().external, fedora)
    desired = stack.desired(0, servers=servers, external=external)
    repairs = {one.text.split()[0]: one.repair for one in found(bench, desired)}
    assert repairs == {"flavor": "resize", "image": ""}


def test_what_is_ignored_is_told_as_such(bench: Bench) -> None:
    text = core.model.UserData("#!/bin/sh", "0" * 64, "f")
    servers = tuple(stack.server(number, user_data=text) for number in (1, 2, 3))
    bench.apply(stack.desired_of(servers))
    for one in bench.servers().values():
        one["metadata"]["novaform:user_data"] = "1" * 64
    assert {(one.kind, one.ignored) for one in found(bench, stack.desired_of(servers))} == {("field", True)}
