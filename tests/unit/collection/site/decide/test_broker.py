"""What a broker is told to change, by its own export of definitions; the hash was made by RabbitMQ 4.0."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import broker

HOSTILE = "pa@/%: '\"$x\\"
HASH = "JznKDA42Kw9rvEry+yXFrXwohh2Ic0Kyte40i+EIKBEYhrLK"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}
DESIRED: dict[str, Any] = {
    "admin": {"name": "novaform"},
    "vhosts": ["nova_cell1"],
    "users": [{"name": "nova", "vhost": "nova_cell1", **ALL}],
}
PASSWORDS = {"novaform": HOSTILE, "nova": HOSTILE}
WHOLE: dict[str, Any] = {
    "vhosts": [{"name": "nova_cell1"}, {"name": "somebody's"}],
    "users": [
        {"name": "novaform", "password_hash": HASH, "tags": ["administrator"]},
        {"name": "nova", "password_hash": HASH, "tags": []},
        {"name": "somebody", "password_hash": "", "tags": []},
    ],
    "permissions": [{"user": "nova", "vhost": "nova_cell1", **ALL}],
}


def steps(observed: dict[str, Any]) -> list[str]:
    return [" ".join(step.key) for step in broker.decide(DESIRED, PASSWORDS, observed)]


@pytest.mark.parametrize(
    ("password", "kept", "expected"),
    [(HOSTILE, HASH, True), (HOSTILE + " ", HASH, False), (HOSTILE, "", False), (HOSTILE, "no base64!", False)],
)
def test_a_password_is_told_by_its_salted_hash(password: str, kept: str, *, expected: bool) -> None:
    assert broker.is_password(password, kept) is expected


def test_an_empty_broker_gets_its_administrator_first_and_everything_after_it() -> None:
    assert steps({}) == [
        "create broker_user novaform",
        "create vhost nova_cell1",
        "create broker_user nova",
        "grant vhost nova_cell1 to nova",
    ]


def test_a_whole_broker_gets_nothing_and_strangers_stay() -> None:
    assert steps(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"vhosts": []}, ["create vhost nova_cell1"]),
        (
            {"permissions": [{"user": "nova", "vhost": "nova_cell1", **ALL, "write": "^$"}]},
            ["grant vhost nova_cell1 to nova"],
        ),
        (
            {"users": [*WHOLE["users"], {"name": "guest", "password_hash": HASH, "tags": []}]},
            ["delete broker_user guest"],
        ),
        (
            {"users": [{**WHOLE["users"][0], "tags": []}, {**WHOLE["users"][1], "password_hash": "AAAAAA=="}]},
            ["update broker_user novaform", "update broker_user nova"],
        ),
    ],
)
def test_one_difference_is_one_step(change: dict[str, Any], expected: list[str]) -> None:
    assert steps({**WHOLE, **change}) == expected
