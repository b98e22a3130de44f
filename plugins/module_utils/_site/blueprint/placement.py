"""Placement: what every compute host has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, part, privilege, uwsgi
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site


def placement(site: Site, host: Host) -> dict[str, Any]:
    """Return the service that counts what every compute host has left. Its package starts it but never enables it."""
    options = part.merge(
        {
            "DEFAULT": {"log_dir": "/var/log/placement"},
            "placement_database": {"connection": endpoint.database(site, "placement", "placement")},
            "api": {"auth_strategy": "keystone"},
            "keystone_authtoken": part.authtoken(site, "placement"),
            "oslo_policy": {"policy_dirs": "/etc/placement/policy.d"},
        },
        part.overrides(host, "placement", "all"),
    )
    conf = part.ini("/etc/placement/placement.conf", options, "placement")
    web = uwsgi.uwsgi("placement", "placement-api", "/usr/bin/placement-api", sites.workers(site, host))
    dropin = part.survive("placement-api", part.STORES)
    return {
        "name": "placement",
        "packages": ["placement-api"],
        "files": [*privilege.placement(), conf, web, dropin],
        "databases": part.databases(site, "placement", "placement"),
        "migrations": [{"name": "placement", "connection": endpoint.database(site, "placement", "placement")}],
        "units": [part.unit("placement-api", {conf["path"]: options}, web["path"], dropin["path"])],
        "catalog": part.catalog(site, "placement", "placement", "OpenStack Placement"),
        "ports": [part.port(endpoint.PORTS["placement"], "placement", part.ANYBODY)],
        "proofs": [
            {"unit": "placement-api.service"},
            part.database_proof(site, "placement", "placement"),
            part.api_proof(site, "placement", "placement", "/resource_providers", "placement-api"),
        ],
    }
