"""glance: what is booted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, part, privilege, uwsgi
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site


def glance(site: Site, host: Host) -> dict[str, Any]:
    """Return the image service with its images in files."""
    options = part.merge(
        {
            "DEFAULT": {
                "enabled_backends": "fs:file",
                "enabled_import_methods": "[glance-direct]",
                "log_dir": "/var/log/glance",
            },
            "database": {"connection": endpoint.database(site, "glance", "glance")},
            "glance_store": {"default_backend": "fs"},
            "fs": {"filesystem_store_datadir": "/var/lib/glance/images"},
            "keystone_authtoken": part.authtoken(site, "glance"),
            "paste_deploy": {"flavor": "keystone"},
            "image_format": {"require_image_format_match": True, "disk_formats": "qcow2,raw,iso"},
            "oslo_concurrency": {"lock_path": "/var/lock/glance"},
            "oslo_policy": {"policy_dirs": "/etc/glance/policy.d"},
        },
        part.overrides(host, "glance", "all"),
    )
    conf = part.ini("/etc/glance/glance-api.conf", options, "glance")
    web = uwsgi.uwsgi("glance", "glance-api", "/usr/bin/glance-wsgi-api", sites.workers(site, host), **uwsgi.CHUNKED)
    dropin = part.survive("glance-api", part.STORES)
    return {
        "name": "glance",
        "packages": ["glance-api"],
        "files": [*privilege.glance(), conf, web, dropin],
        "databases": part.databases(site, "glance", "glance"),
        "migrations": [{"name": "glance", "connection": endpoint.database(site, "glance", "glance")}],
        "units": [part.unit("glance-api", {conf["path"]: options}, web["path"], dropin["path"])],
        "catalog": part.catalog(site, "glance", "image", "OpenStack Image"),
        "ports": [part.port(endpoint.PORTS["glance"], "glance", part.ANYBODY)],
        "proofs": [
            {"unit": "glance-api.service"},
            part.database_proof(site, "glance", "glance"),
            {
                **part.api_proof(site, "glance", "image", "/images?limit=1", "glance-api"),
                "auth": part.administrator(site),  # glance shows a service no list
            },
        ],
    }
