"""Which units restart, and above all which do not."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core.plan import Step
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import package, unit

NAME = "nova-api.service"
INPUTS = {"/etc/nova/nova.conf": "1", "/etc/nova/api-paste.ini": "2"}
API = unit.Unit(NAME, digests=INPUTS)
RECORD = {"state": "started", "inputs": INPUTS}


def only(desired: unit.Unit, seen: unit.SeenUnit | None) -> Step | None:
    plan = unit.decide([desired], {} if seen is None else {desired.name: seen})
    return next(iter(plan), None)


@pytest.mark.parametrize(
    ("seen", "action"),
    [
        (None, "start"),
        (unit.SeenUnit(), "start"),
        (unit.SeenUnit(active=True, enabled=True, masked=True, record=RECORD), "start"),
        (unit.SeenUnit(active=True, enabled=True, record=RECORD), None),
        (unit.SeenUnit(active=True, record=RECORD), "enable"),
        (unit.SeenUnit(enabled=True, record=RECORD), "start"),
        (unit.SeenUnit(active=True, enabled=True), "restart"),
        (unit.SeenUnit(active=True, enabled=True, current=True), "start"),
        (unit.SeenUnit(active=True, enabled=True, record={"state": "stopped", "inputs": {}}), "restart"),
        (unit.SeenUnit(active=True, enabled=True, record={"state": "started", "inputs": {}}), "restart"),
    ],
)
def test_a_unit_that_should_run(seen: unit.SeenUnit | None, action: str | None) -> None:
    step = only(API, seen)
    assert (step and step.action) == action


def test_a_restart_names_what_changed_and_no_value() -> None:
    record = {"state": "started", "inputs": {**INPUTS, "/etc/nova/nova.conf": "old", "/etc/gone": "x"}}
    step = only(API, unit.SeenUnit(active=True, enabled=True, record=record))
    assert step == Step("restart", "unit", NAME, reason="changed: /etc/gone, /etc/nova/nova.conf")


def test_a_unit_that_can_reload_is_reloaded() -> None:
    step = only(unit.Unit(NAME, on_change="reload"), unit.SeenUnit(active=True, enabled=True, record=RECORD))
    assert step is not None
    assert step.action == "reload"


def test_a_unit_that_may_have_read_a_strangers_change_restarts() -> None:
    step = only(API, unit.SeenUnit(active=True, enabled=True, foreign=("/etc/nova/nova.conf",), record=RECORD))
    assert step == Step("restart", "unit", NAME, reason="changed by somebody else: /etc/nova/nova.conf")


def test_a_unit_that_was_forgotten_restarts_even_if_it_could_reload() -> None:
    step = only(
        unit.Unit(NAME, on_change="reload"), unit.SeenUnit(active=True, enabled=True, forgotten="Nova", record=RECORD)
    )
    assert step == Step("restart", "unit", NAME, reason="Nova has no record of it")


@pytest.mark.parametrize(
    ("seen", "action"),
    [
        (None, "stop"),
        (unit.SeenUnit(record={"state": "stopped"}), None),
        (unit.SeenUnit(active=True, record={"state": "stopped"}), "stop"),
        (unit.SeenUnit(enabled=True, record={"state": "stopped"}), "stop"),
    ],
)
def test_a_unit_that_should_not_run(seen: unit.SeenUnit | None, action: str | None) -> None:
    step = only(unit.Unit(NAME, "stopped"), seen)
    assert (step and step.action) == action


@pytest.mark.parametrize(
    ("seen", "action"),
    [(None, "mask"), (unit.SeenUnit(masked=True), None), (unit.SeenUnit(masked=True, active=True), "mask")],
)
def test_a_unit_that_must_never_run(seen: unit.SeenUnit | None, action: str | None) -> None:
    step = only(unit.Unit(NAME, "masked"), seen)
    assert (step and step.action) == action


def test_a_digest_does_not_depend_on_the_order_of_options() -> None:
    assert unit.digest({"a": 1, "b": [2]}) == unit.digest({"b": [2], "a": 1}) != unit.digest({"a": 1, "b": [3]})


def test_missing_packages_come_once_and_in_order() -> None:
    plan = package.decide(["b", "a", "b", "c"], {"c"})
    assert [(step.action, step.name) for step in plan] == [("install", "b"), ("install", "a")]


def test_a_ban_left_behind_is_lifted_first() -> None:
    plan = package.decide(["a"], {"a"}, denied=True)
    assert [(step.action, step.name) for step in plan] == [("allow", "service-starts")]
