"""Which compute hosts have had no good trial, and how one signs in for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.filter import verify

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = {"control": ["aio"], "compute": ["aio"]}
FILTERS: dict[str, Callable[..., Any]] = verify.FilterModule().filters()


@pytest.mark.parametrize(
    ("verified", "expected"),
    [
        ({}, ["one", "two"]),
        ({"one": "1", "two": "2"}, []),
        ({"one": "1", "two": "other"}, ["two"]),
        ({"one": "1", "two2": "2"}, ["two"]),
    ],
)
def test_hosts_without_a_good_trial_are_told_by_their_identity(verified: dict[str, str], expected: list[str]) -> None:
    groups = {"control": ["c"], "compute": ["one", "two", "silent"]}
    variables: dict[str, Any] = {
        "c": {"novaform_host": {"facts": {"verified": verified}}},
        "one": {"novaform_host": {"facts": {"compute_id": "1"}}},
        "two": {"novaform_host": {"facts": {"compute_id": "2"}}},
        "silent": {"novaform_host": {"unreachable": True}},
    }
    assert FILTERS["unverified"](variables, groups) == expected


def test_a_new_host_has_had_no_trial() -> None:
    variables: dict[str, Any] = {"aio": {"novaform_host": {"facts": {"compute_id": None, "verified": {}}}}}
    assert FILTERS["unverified"](variables, ONE) == ["aio"]


def test_a_trial_gets_the_administrators_password_and_no_other_secret() -> None:
    account = FILTERS["verification"]({"aio": {}}, ONE)
    assert account["secrets"] == ["keystone_admin"]
    assert account["auth"]["password"] == "<secret:keystone_admin>"
