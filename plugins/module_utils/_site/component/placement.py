"""Placement: what every compute host has left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import part, privilege, shared, uwsgi


@dataclass(frozen=True)
class PlacementOptions:
    """What Placement is told."""

    url: str = option("The URL under which it is reached, for the catalog.", check=setting.url)
    database: shared.DatabaseAccess = option(shared.DATABASE)
    identity: shared.IdentityAccess = option(shared.IDENTITY)
    nova: shared.IdentityAccess = option("The account with which Nova will ask, as which it is proved.")
    token_cache_key: str = shared.token_cache_key("placement")
    admin_password: Optional[str] = shared.admin_password()
    workers: int = shared.workers()
    config: Optional[dict[str, Any]] = shared.config("Further options of its C(placement.conf), which win over ours.")


def parts(wanted: PlacementOptions) -> dict[str, Any]:
    """Return what there is to be of Placement. Its package starts it but never enables it."""
    options = part.merge(
        {
            "DEFAULT": {"log_dir": "/var/log/placement"},
            "placement_database": {"connection": wanted.database.url("placement")},
            "api": {"auth_strategy": "keystone"},
            "keystone_authtoken": wanted.identity.authtoken(wanted.token_cache_key),
            "oslo_policy": {"policy_dirs": "/etc/placement/policy.d"},
        },
        wanted.config or {},
    )
    conf = part.ini("/etc/placement/placement.conf", options, "placement")
    web = uwsgi.uwsgi("placement", "placement-api", "/usr/bin/placement-api", wanted.workers)
    dropin = part.survive("placement-api", part.STORES)
    return {
        "name": "placement",
        "packages": ["placement-api"],
        "files": [*privilege.placement(), conf, web, dropin],
        **wanted.database.parts("placement"),
        "migrations": [{"name": "placement", "connection": wanted.database.url("placement")}],
        "units": [part.unit("placement-api", {conf["path"]: options}, web["path"], dropin["path"])],
        **shared.catalog(
            wanted.identity,
            wanted.admin_password,
            {"name": "placement", "type": "placement", "description": "OpenStack Placement", "url": wanted.url},
        ),
        "proofs": [
            {"unit": "placement-api.service"},
            wanted.database.proof("placement"),
            wanted.nova.lists("placement", "/resource_providers", "placement-api"),
        ],
    }
