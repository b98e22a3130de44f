"""Databases and their accounts: what is missing, and which of our accounts may do too little or from too many hosts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._core.errors import DeclareError
from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class SeenDatabase:
    """What the server has: ``accounts`` is ``{(user, host): password hash}``, ``grants`` ``{(user, host, schema)}``."""

    schemas: frozenset[str] = frozenset()
    accounts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    grants: frozenset[tuple[str, str, str]] = frozenset()


def password_hash(password: str) -> str:
    """Return how the server keeps a password (``mysql_native_password``).

    PyMySQL, through which every service signs in, sends passwords in Latin-1 and knows no other way.
    Raises ``DeclareError`` for a password that it cannot send.
    """
    try:
        sent = password.encode("latin-1")
    except UnicodeEncodeError:
        message = "a database password has a character that PyMySQL cannot send: use those of Latin-1"
        raise DeclareError(message) from None
    inner = hashlib.sha1(sent).digest()  # noqa: S324 - the server's own scheme
    return "*" + hashlib.sha1(inner).hexdigest().upper()  # noqa: S324 - the same


def decide(desired: Mapping[str, Any], passwords: Mapping[str, str], observed: SeenDatabase) -> Plan:
    """Return the steps to what is desired. ``passwords`` are the resolved ones, by user.

    Hosts from which one of our users may connect although nobody asked for it are dropped; other users are never
    looked at.
    """
    steps = [Step("create", "database", name) for name in desired["schemas"] if name not in observed.schemas]
    for user in desired["users"]:
        name = user["name"]
        for host in user["hosts"]:
            steps += _account(name, host, observed, passwords[name])
            steps += [
                Step("grant", "database", f"{schema} to {name}@{host}")
                for schema in user["schemas"]
                if (name, host, schema) not in observed.grants
            ]
        extra = sorted(host for known, host in observed.accounts if known == name and host not in user["hosts"])
        steps += [Step("delete", "database_user", f"{name}@{host}") for host in extra]
    return Plan(tuple(steps))


def _account(name: str, host: str, observed: SeenDatabase, password: str) -> list[Step]:
    known = observed.accounts.get((name, host))
    if known is None:
        return [Step("create", "database_user", f"{name}@{host}")]
    if known != password_hash(password):
        return [Step("update", "database_user", f"{name}@{host}", reason="its password is not the declared one")]
    return []
