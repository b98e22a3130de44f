"""MariaDB: the databases of all services."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import part, shared

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is said by whoever asks for it
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def _settings(value: Any) -> str:
    """Check options of the server: a name, and one line."""
    good = isinstance(value, Mapping) and all(
        _OPTION.fullmatch(str(name)) and isinstance(one, (str, int, float)) and str(one).isprintable()
        for name, one in value.items()
    )
    return "" if good else "must be a mapping of options of MariaDB and values of one line"


@dataclass(frozen=True)
class DatabaseAccount:
    """An account, and the schemas that it may use."""

    name: str = option("The name of the account.", check=setting.name)
    password: str = option("Its password.", secret=lambda given: shared.database_secret(given["name"]))
    hosts: tuple[str, ...] = option("Where its clients are, as MariaDB matches them.", default=("localhost",))
    schemas: tuple[str, ...] = option("The schemas in which it may do everything.", default=())


@dataclass(frozen=True)
class MysqlOptions:
    """What MariaDB is told."""

    address: str = option("The address on which it listens besides loopback.", check=setting.ipv4)
    port: int = option("The port on which it listens.", default=3306, check=setting.integer(1, 65535))
    max_connections: int = option(
        "How many connections it takes. Each worker of an API keeps ten or more.",
        default=400,
        check=setting.integer(10, 100000),
    )
    buffer_pool_mb: int = option(
        "How many MiB of its tables it keeps in memory.", default=256, check=setting.integer(8, 1 << 22)
    )
    schemas: tuple[str, ...] = option("Schemas that there are to be.", default=())
    accounts: tuple[DatabaseAccount, ...] = option("Accounts that there are to be.", default=())
    config: Optional[dict[str, Any]] = option(
        "Further options of its section C(mysqld), by name; they win over ours.", default=None, check=_settings
    )


def parts(wanted: MysqlOptions) -> dict[str, Any]:
    """Return what there is to be of it on its host.

    MariaDB 11.6.2 and newer refuse to write a row that another transaction has changed since this one began to read
    (error 1020). The services of 2025.1 are not written for that: under load builds fail and APIs answer 500.
    """
    listen = sorted({"127.0.0.1", wanted.address}) if wanted.address != _EVERYWHERE else [_EVERYWHERE]
    options = {
        "bind-address": ",".join(listen),
        **({"port": wanted.port} if wanted.port != 3306 else {}),
        "max_connections": wanted.max_connections,
        "innodb_flush_log_at_trx_commit": 1,
        "innodb_buffer_pool_size": f"{wanted.buffer_pool_mb}M",
        "loose_innodb_snapshot_isolation": "OFF",
        "character-set-server": "utf8mb4",
        "max_allowed_packet": "64M",
        **(wanted.config or {}),
    }
    lines = "".join(f"{name} = {value}\n" for name, value in options.items())
    conf = part.text(
        "/etc/mysql/mariadb.conf.d/90-novaform.cnf", f"# Written by Novaform.\n[mysqld]\n{lines}skip-name-resolve\n"
    )
    made = {
        "name": "mysql",
        "packages": ["mariadb-server", "python3-pymysql"],
        "files": [conf],
        "units": [part.unit("mariadb", conf["path"])],
        "proofs": [
            {"tcp": f"{wanted.address}:{wanted.port}", "unit": "mariadb.service"},
            {"unit": "mariadb.service"},
        ],
    }
    return {**made, "databases": _databases(wanted)} if wanted.schemas or wanted.accounts else made


def _databases(wanted: MysqlOptions) -> dict[str, Any]:
    users = [
        {"name": one.name, "password": one.password, "hosts": list(one.hosts), "schemas": list(one.schemas)}
        for one in wanted.accounts
    ]
    return {"schemas": list(wanted.schemas), "users": users}
