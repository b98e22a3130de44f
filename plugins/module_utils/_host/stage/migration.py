"""Schemas of services whose own command brings a whole database up to date."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._core import secret
from ..._site.decide import migration as decision
from ..door import program, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..._core.plan import Plan

PACKAGES = "/usr/lib/python3/dist-packages"
PATIENCE = 1800  # seconds for one migration


# keystone's command cannot be given a URL with a percent sign in it: it hands the URL to a parser that takes it for a
# reference. Nova and glance double the sign; here it is doubled for keystone.
KEYSTONE = """
import sys
from alembic import config
from keystone.cmd import manage
plain = config.Config.set_main_option
def doubled(self, name, value):
    plain(self, name, value.replace("%%", "%").replace("%", "%%"))
config.Config.set_main_option = doubled
sys.argv = ["keystone-manage", "--log-dir=", "--log-file=", "db_sync"]
manage.main()
"""


class MigrationTool(NamedTuple):
    """Where a service keeps its revisions, who runs what to apply them."""

    revisions: str
    user: str
    argv: tuple[str, ...]


_ML2 = ("--config-file", "/etc/neutron/neutron.conf", "--config-file", "/etc/neutron/plugins/ml2/ml2_conf.ini")
WAYS = {
    "keystone": MigrationTool("keystone/common/sql/migrations/versions", "keystone", ("python3", "-c", KEYSTONE)),
    "glance": MigrationTool("glance/db/sqlalchemy/alembic_migrations/versions", "glance", ("glance-manage", "db_sync")),
    "placement": MigrationTool(
        "placement/db/sqlalchemy/alembic/versions", "placement", ("placement-manage", "db", "sync")
    ),
    "neutron": MigrationTool(
        "neutron/db/migration/alembic_migrations/versions", "neutron", ("neutron-db-manage", *_ML2, "upgrade", "heads")
    ),
}


class Migrations:
    """The stage of a component's schema."""

    def __init__(self, desired: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any]) -> None:
        self.secrets = secrets
        self.urls = {one["name"]: secret.resolve(one["connection"], secrets) for one in desired}

    def plan(self, planned: Plan | None) -> Plan:
        """Compare the revisions in each database with those on disk."""
        wanted = {name: code_heads(WAYS[name].revisions) for name in self.urls}
        observed = {name: database_heads(url, waiting=planned is None) for name, url in self.urls.items()}
        return decision.decide(wanted, observed)

    def apply(self, plan: Plan) -> None:
        """Run each service's own command as its own user."""
        for step in plan:
            way = WAYS[step.name]
            program.change(f"the migration of {step.name}'s schema", way.user, way.argv, timeout=PATIENCE)


def code_heads(revisions: str) -> frozenset[str] | None:
    """Return the newest revisions on disk, or None when the package is not there."""
    folder = os.path.join(PACKAGES, revisions)
    return decision.heads(_sources(folder)) if os.path.isdir(folder) else None


def _sources(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(place, name), encoding="utf-8") as source:
                    yield source.read()


def database_heads(url: str, *, waiting: bool) -> frozenset[str] | None:
    """Return the revisions a database is at, None when it has none. ``waiting`` is as in ``sql.reading``."""
    server = sql.reading(url, waiting=waiting)
    if server is None:
        return None
    with server:
        rows = server.table("SELECT version_num FROM alembic_version")
    return frozenset(str(row[0]) for row in rows or ()) or None
