"""One run of a site at a time: who gets the lease, and what the other one is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import lease
from ansible_collections.novaform.compute.plugins.module_utils._site.decide.fence import SiteRun

NOW = lease.Moment(steady=1000.0, clock=5000.0, said="14:03:22")
ANN = lease.Asker("ann@bastion (process 7)", "boot-a", "7:100", frozenset({"7:100", "8:200"}))
BEN = lease.Asker("ben@laptop (process 9)", "boot-b", "9:300", frozenset({"9:300"}))
HELD = lease.Lease(4000, ANN.holder, ANN.machine, ANN.process, "14:00:00", NOW.steady + 30)


def test_the_first_run_gets_the_lease_and_a_number() -> None:
    answer = lease.decide(None, ANN, NOW)
    assert answer == (lease.Lease(5000, ANN.holder, "boot-a", "7:100", "14:03:22", 1060.0), "")


def test_the_same_run_asks_again() -> None:
    answer = lease.decide(HELD, ANN, NOW)
    assert answer.lease == replace(HELD, expires=1060.0)


def test_a_second_operator_is_told_who_since_when_and_what_to_do() -> None:
    answer = lease.decide(HELD, BEN, NOW)
    assert answer.lease is None
    assert answer.said == (
        "ann@bastion (process 7) deploys this site since 14:00:00: wait until that run has ended. "
        "If it is dead, its lease ends by itself in 30 s; -e novaform_take_over=true begins at once"
    )


@pytest.mark.parametrize(
    ("held", "asker", "busy", "said"),
    [
        (replace(HELD, process="", machine="", expires=0.0), BEN, False, ""),
        (HELD, BEN._replace(force=True), False, "is set aside, as novaform_take_over says"),
        (replace(HELD, expires=NOW.steady), BEN, False, "has not been heard of for long enough"),
        (HELD, BEN._replace(machine="boot-a"), False, "is dead: this one takes its place"),
    ],
)
def test_a_lease_that_is_over_is_taken_with_a_greater_number(
    held: lease.Lease, asker: lease.Asker, *, busy: bool, said: str
) -> None:
    answer = lease.decide(held, asker, NOW._replace(busy=busy, clock=10.0))
    assert answer.lease is not None
    assert answer.lease.epoch == HELD.epoch + 1
    assert said in answer.said
    assert bool(said) == bool(answer.said)


@pytest.mark.parametrize(
    ("held", "asker", "busy"),
    [
        (replace(HELD, expires=NOW.steady - 900), BEN, True),
        (HELD, BEN._replace(machine="boot-a", alive=frozenset({"7:100"})), False),
        (HELD, BEN._replace(machine="boot-a", alive=None), False),
        (HELD, BEN._replace(alive=frozenset()), False),
    ],
)
def test_a_lease_is_left_to_a_run_that_may_live(held: lease.Lease, asker: lease.Asker, *, busy: bool) -> None:
    assert lease.decide(held, asker, NOW._replace(busy=busy)).lease is None


def test_only_the_run_that_holds_a_lease_renews_and_releases_it() -> None:
    assert lease.renew(HELD, SiteRun(HELD.epoch), 1000.0).lease == replace(HELD, expires=1900.0)
    assert lease.renew(HELD, SiteRun(HELD.epoch - 1), 1000.0) == (
        None,
        "a newer run (ann@bastion (process 7)) has begun: this one ends",
    )
    assert lease.release(HELD, SiteRun(HELD.epoch - 1)) is None
    assert lease.release(None, SiteRun(1)) is None
    left = lease.release(HELD, SiteRun(HELD.epoch))
    assert left is not None
    assert lease.decide(left, BEN, NOW).lease is not None


@pytest.mark.parametrize("value", [None, {}, {"epoch": "x"}, {**HELD.to_json(), "epoch": None}, {"epoch": 1}])
def test_what_is_no_record_is_none(value: dict[str, Any] | None) -> None:
    assert lease.from_json(value) is None


def test_a_record_is_read_as_it_was_written() -> None:
    assert lease.from_json(HELD.to_json()) == HELD
