"""What keystone is told to change, before there is an administrator, after a rotated password, and when all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import catalog

URL = "http://192.0.2.11:5000/v3"
DESIRED: dict[str, Any] = {
    "admin": {"user": "admin", "project": "admin"},
    "bootstrap": True,
    "projects": [{"name": "service"}],
    "roles": ["service"],
    "services": [{"name": "keystone", "type": "identity", "endpoints": {"public": URL, "internal": URL}}],
    "users": [{"name": "nova", "project": "service", "roles": ["service"]}],
}
WHOLE = catalog.SeenCatalog(
    services=frozenset({"keystone", "somebody's"}),
    endpoints={("keystone", "public"): URL, ("keystone", "internal"): URL, ("somebody's", "public"): "x"},
    projects=frozenset({"admin", "service"}),
    roles=catalog.BOOTSTRAPPED_ROLES,
    users={"admin": "1", "nova": "2", "somebody": "3"},
    grants=frozenset({("service", "nova", "service"), ("admin", "somebody", "service")}),
)


def steps(observed: catalog.SeenCatalog | None, **change: Any) -> list[str]:
    return [" ".join(step.key) for step in catalog.decide({**DESIRED, **change}, observed)]


@pytest.mark.parametrize("observed", [None, catalog.SeenCatalog(admin=False)])
def test_an_empty_keystone_is_bootstrapped_and_gets_only_what_that_does_not_make(
    observed: catalog.SeenCatalog | None,
) -> None:
    assert steps(observed) == [
        "bootstrap identity admin",
        "create project service",
        "create identity_user nova",
        "grant role service to nova on service",
    ]


def test_another_component_counts_on_the_bootstrap_of_the_first() -> None:
    entry = {"name": "nova", "type": "compute", "endpoints": {"public": "u"}}
    assert steps(None, bootstrap=False, services=[entry], users=[], roles=[]) == [
        "create catalog_service nova",
        "create endpoint nova public",
    ]


def test_a_whole_keystone_gets_nothing_and_strangers_stay() -> None:
    assert steps(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"admin": False}, ["bootstrap identity admin"]),
        ({"admin": False, "refused": frozenset({"nova"})}, ["bootstrap identity admin", "update identity_user nova"]),
        (
            {"endpoints": {("keystone", "public"): URL, ("keystone", "internal"): "x"}},
            ["update endpoint keystone internal"],
        ),
        ({"endpoints": {("keystone", "public"): URL}}, ["create endpoint keystone internal"]),
        ({"roles": frozenset({"admin"})}, ["create role service"]),
        ({"grants": frozenset()}, ["grant role service to nova on service"]),
    ],
)
def test_one_difference_is_one_step(change: dict[str, Any], expected: list[str]) -> None:
    assert steps(replace(WHOLE, **change)) == expected


def test_the_bootstrap_after_a_rotation_repeats_nothing_that_is_there() -> None:
    moved = replace(WHOLE, admin=False, endpoints={})
    assert steps(moved) == ["bootstrap identity admin"]


@pytest.mark.parametrize(
    ("disabled", "expected"),
    [
        (("identity_user", "nova"), "update identity_user nova"),
        (("project", "service"), "update project service"),
        (("catalog_service", "keystone"), "update catalog_service keystone"),
        (("endpoint", "keystone internal"), "update endpoint keystone internal"),
    ],
)
def test_what_somebody_disabled_is_enabled_again(disabled: tuple[str, str], expected: str) -> None:
    strangers = {("identity_user", "somebody"), ("catalog_service", "somebody's"), ("endpoint", "somebody's public")}
    found = list(catalog.decide(DESIRED, replace(WHOLE, disabled=frozenset({disabled, *strangers}))))
    assert [(" ".join(step.key), step.reason) for step in found] == [(expected, "it is disabled")]


def test_the_bootstrap_enables_the_administrators_own_project() -> None:
    disabled = frozenset({("project", "admin"), ("identity_user", "admin")})
    admin = [{"name": "admin", "project": "admin", "roles": []}]
    seen = replace(WHOLE, admin=False, disabled=disabled)
    assert steps(seen, projects=[{"name": "admin"}], users=admin) == ["bootstrap identity admin"]
