"""The databases and accounts that a service needs, on the host where the database server runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import DeclareError, ObserveError
from ..._site.decide import database as decision
from ..door import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core.plan import Plan, Step

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


class Databases:
    """The stage of a component's databases."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.desired = desired
        self.passwords = {user["name"]: secret.resolve(user["password"], secrets) for user in desired["users"]}
        for name in (*desired["schemas"], *self.passwords):
            if not _NAME.fullmatch(name):
                raise DeclareError(f"{name!r} is not a name for a database or its account: letters, digits and _ only")

    def plan(self, planned: Plan | None) -> Plan:
        """Ask the server once; one that never was there has nothing, if we only plan."""
        try:
            server = sql.patiently(sql.root) if planned is None else sql.glance()
        except ObserveError as error:
            made = [name for name in self.desired["schemas"] if sql.was_made(name)]
            if planned is None or made or error.details.get("code") not in sql.NOT_THERE:
                raise
            return decision.decide(self.desired, self.passwords, decision.SeenDatabase())
        with server:
            return decision.decide(self.desired, self.passwords, _observe(server))

    def apply(self, plan: Plan) -> None:
        """Do the steps; the server is told hashes only, so that none of its logs can hold a password."""
        with sql.root() as server:
            for step in plan:
                self._do(server, step)

    def _do(self, server: sql.Connection, step: Step) -> None:
        if step.kind == "database" and step.action == "create":
            server.change(f"CREATE DATABASE IF NOT EXISTS `{step.name}` CHARACTER SET utf8mb4")
        elif step.action == "grant":
            schema, account = step.name.split(" to ", 1)
            user, host = account.split("@", 1)
            pattern = schema.replace("_", "\\_")
            server.change(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO %s@%s", (user, host))
        else:
            user, host = step.name.split("@", 1)
            if step.action == "delete":
                server.change("DROP USER %s@%s", (user, host))
            else:
                verb = "CREATE" if step.action == "create" else "ALTER"
                known = decision.password_hash(self.passwords[user])
                server.change(f"{verb} USER %s@%s IDENTIFIED BY PASSWORD %s", (user, host, known))


def _observe(server: sql.Connection) -> decision.SeenDatabase:
    """Return what the server has."""
    accounts = server.rows("SELECT User, Host, authentication_string FROM mysql.user")
    grants = server.rows("SELECT User, Host, Db FROM mysql.db WHERE Create_priv = 'Y' AND Drop_priv = 'Y'")
    return decision.SeenDatabase(
        frozenset(row[0] for row in server.rows("SHOW DATABASES")),
        {(_text(user), _text(host)): _text(known) for user, host, known in accounts},
        frozenset((_text(user), _text(host), _text(schema).replace("\\_", "_")) for user, host, schema in grants),
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
