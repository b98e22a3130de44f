"""What keystone knows, read from its own tables: for when its API is not up, or does not let us in.

That is so before its first administrator is made, and after its password was rotated; a plan shall tell the truth in
both. Only the administrator of the database server on this host can look; elsewhere the answer is that nobody knows.
"""

from __future__ import annotations

import json

from ..._core.errors import ObserveError
from ..._site.decide.catalog import SeenCatalog
from . import sql

DATABASE = "keystone"
DOMAIN = "default"
SERVICES = "SELECT id, extra, enabled FROM service"
ENDPOINTS = "SELECT service_id, interface, url, enabled FROM endpoint WHERE region_id = %s"
PROJECTS = "SELECT id, name, enabled FROM project WHERE is_domain = 0 AND domain_id = %s"
ROLES = "SELECT id, name FROM role"
USERS = (
    "SELECT local_user.user_id, local_user.name, user.enabled FROM local_user"
    " JOIN user ON user.id = local_user.user_id WHERE local_user.domain_id = %s"
)
GRANTS = "SELECT role_id, actor_id, target_id FROM assignment WHERE type = 'UserProject'"
PASSWORDS = (
    "SELECT local_user.name, password.password_hash FROM password"
    " JOIN local_user ON local_user.id = password.local_user_id WHERE local_user.domain_id = %s"
    " ORDER BY password.created_at_int"
)


def observe(admin: str, region: str) -> SeenCatalog | None:
    """Return what there is, None where keystone has no tables yet. Raises ``ObserveError`` when nobody can look.

    ``admin`` of it: whether there is such a user.
    """
    server = sql.local(DATABASE)
    if server is None:
        return None
    with server:
        rows = server.table(SERVICES)
        if rows is None:
            return None
        services = {known: str(json.loads(extra or "{}").get("name", "")) for known, extra, _ in rows}
        endpoints = server.rows(ENDPOINTS, (region,))
        projects = {known: (name, enabled) for known, name, enabled in server.rows(PROJECTS, (DOMAIN,))}
        roles = dict(server.rows(ROLES))
        users = {known: (name, enabled) for known, name, enabled in server.rows(USERS, (DOMAIN,))}
        off = [("catalog_service", services[known]) for known, _, enabled in rows if not enabled]
        off += [("endpoint", f"{services[known]} {where}") for known, where, _, enabled in endpoints if not enabled]
        off += [("project", name) for name, enabled in projects.values() if not enabled]
        off += [("identity_user", name) for name, enabled in users.values() if not enabled]
        return SeenCatalog(
            services=frozenset(services.values()),
            endpoints={(services[known], where): url for known, where, url, _ in endpoints},
            projects=frozenset(name for name, _ in projects.values()),
            roles=frozenset(roles.values()),
            users={name: known for known, (name, _) in users.items()},
            grants=frozenset(
                (roles[role], users[user][0], projects[project][0])
                for role, user, project in server.rows(GRANTS)
                if role in roles and user in users and project in projects
            ),
            disabled=frozenset(off),
            admin=admin in {name for name, _ in users.values()},
        )


def hashes() -> dict[str, str]:
    """Return ``{user: hash of its newest password}``, of nobody where the tables cannot be read."""
    try:
        server = sql.local(DATABASE)
    except ObserveError:
        return {}
    if server is None:
        return {}
    with server:
        return {str(name): str(known) for name, known in server.table(PASSWORDS, (DOMAIN,)) or ()}
