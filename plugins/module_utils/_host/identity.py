"""What keystone knows, read from its own tables: for when its API is not up, or does not let us in.

That is so before its first administrator is made, and after its password was rotated; a plan shall tell the truth in
both. Only the administrator of the database server on this host can look; elsewhere the answer is that nobody knows.
"""

from __future__ import annotations

import json

from .._core.decide.catalog import Seen
from .._core.errors import ObserveError
from . import sql

DATABASE = "keystone"
DOMAIN = "default"
SERVICES = "SELECT id, extra FROM service"
ENDPOINTS = "SELECT service_id, interface, url FROM endpoint WHERE region_id = %s"
PROJECTS = "SELECT id, name FROM project WHERE is_domain = 0 AND domain_id = %s"
ROLES = "SELECT id, name FROM role"
USERS = "SELECT user_id, name FROM local_user WHERE domain_id = %s"
GRANTS = "SELECT role_id, actor_id, target_id FROM assignment WHERE type = 'UserProject'"


def observe(admin: str, region: str) -> Seen | None:
    """Return what there is, or None when nobody can look. ``admin`` of it: whether there is such a user."""
    try:
        server = sql.root(DATABASE)
    except ObserveError:
        return None
    with server:
        rows = server.table(SERVICES)
        if rows is None:
            return None
        services = {known: str(json.loads(extra or "{}").get("name", "")) for known, extra in rows}
        projects = dict(server.rows(PROJECTS, (DOMAIN,)))
        roles = dict(server.rows(ROLES))
        users = dict(server.rows(USERS, (DOMAIN,)))
        return Seen(
            services=frozenset(services.values()),
            endpoints={(services[known], where): url for known, where, url in server.rows(ENDPOINTS, (region,))},
            projects=frozenset(projects.values()),
            roles=frozenset(roles.values()),
            users={name: known for known, name in users.items()},
            grants=frozenset(
                (roles[role], users[user], projects[project])
                for role, user, project in server.rows(GRANTS)
                if role in roles and user in users and project in projects
            ),
            admin=admin in users.values(),
        )
