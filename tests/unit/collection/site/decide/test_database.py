"""What a database server is told to change; the hash is the one that MariaDB's own PASSWORD() answers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import database

PASSWORD = "password"
HASH = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"
HOSTS = ("localhost", "192.0.2.11")
DESIRED: dict[str, Any] = {
    "schemas": ["nova_api", "nova"],
    "users": [{"name": "nova", "hosts": list(HOSTS), "schemas": ["nova_api", "nova"]}],
}
WHOLE = database.SeenDatabase(
    schemas=frozenset({"nova_api", "nova", "somebody's"}),
    accounts={("nova", host): HASH for host in HOSTS} | {("nova2", "%"): "x", ("root", "%"): ""},
    grants=frozenset({("nova", host, schema) for host in HOSTS for schema in ("nova_api", "nova")}),
)


def steps(observed: database.SeenDatabase) -> list[str]:
    return [" ".join(step.key) for step in database.decide(DESIRED, {"nova": PASSWORD}, observed)]


def test_a_password_is_kept_as_the_server_does() -> None:
    assert database.password_hash(PASSWORD) == HASH


def test_an_empty_server_gets_schemas_before_accounts_and_accounts_before_grants() -> None:
    assert steps(database.SeenDatabase()) == [
        "create database nova_api",
        "create database nova",
        "create database_user nova@localhost",
        "grant database nova_api to nova@localhost",
        "grant database nova to nova@localhost",
        "create database_user nova@192.0.2.11",
        "grant database nova_api to nova@192.0.2.11",
        "grant database nova to nova@192.0.2.11",
    ]


def test_a_whole_server_gets_nothing_and_strangers_stay() -> None:
    assert steps(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"schemas": frozenset({"nova"})}, ["create database nova_api"]),
        ({"accounts": {**WHOLE.accounts, ("nova", "localhost"): "*0"}}, ["update database_user nova@localhost"]),
        ({"accounts": {**WHOLE.accounts, ("nova", "localhost"): ""}}, ["update database_user nova@localhost"]),
        ({"grants": WHOLE.grants - {("nova", "localhost", "nova")}}, ["grant database nova to nova@localhost"]),
        (
            {"accounts": {**WHOLE.accounts, ("nova", "192.0.2.9"): HASH, ("nova", "%"): HASH}},
            ["delete database_user nova@%", "delete database_user nova@192.0.2.9"],
        ),
    ],
)
def test_one_difference_is_one_step(change: dict[str, Any], expected: list[str]) -> None:
    assert steps(replace(WHOLE, **change)) == expected


def test_no_step_shows_a_password_or_its_hash() -> None:
    wrong = replace(WHOLE, accounts={("nova", "localhost"): "*OLD"})
    told = repr(tuple(database.decide(DESIRED, {"nova": "hunter2"}, wrong)))
    assert "update" in told
    for secret in ("hunter2", database.password_hash("hunter2"), "*OLD"):
        assert secret not in told


def test_a_password_is_kept_as_pymysql_sends_it() -> None:
    """MariaDB's own ``select password(convert('caf\u00e9' using latin1))``."""
    inner = hashlib.sha1(b"caf\xe9").digest()  # noqa: S324 - the server's own scheme
    sent = hashlib.sha1(inner).hexdigest().upper()  # noqa: S324 - the same
    assert database.password_hash("caf\u00e9") == f"*{sent}"


def test_a_password_that_pymysql_cannot_send_is_refused() -> None:
    with pytest.raises(errors.DeclareError, match="Latin-1"):
        database.password_hash("snow\u2603")
