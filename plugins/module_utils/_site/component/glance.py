"""glance: what is booted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import part, privilege, shared, uwsgi


@dataclass(frozen=True)
class GlanceOptions:
    """What glance is told."""

    url: str = option("The URL under which it is reached, for the catalog.", check=setting.url)
    database: shared.DatabaseAccess = option(shared.DATABASE)
    identity: shared.IdentityAccess = option(shared.IDENTITY)
    token_cache_key: str = shared.token_cache_key("glance")
    admin_password: Optional[str] = shared.admin_password()
    workers: int = shared.workers()
    config: Optional[dict[str, Any]] = shared.config("Further options of its C(glance-api.conf), which win over ours.")


def parts(wanted: GlanceOptions) -> dict[str, Any]:
    """Return what there is to be of the image service, with its images in files."""
    options = part.merge(
        {
            "DEFAULT": {
                "enabled_backends": "fs:file",
                "enabled_import_methods": "[glance-direct]",
                "log_dir": "/var/log/glance",
            },
            "database": {"connection": wanted.database.url("glance")},
            "glance_store": {"default_backend": "fs"},
            "fs": {"filesystem_store_datadir": "/var/lib/glance/images"},
            "keystone_authtoken": wanted.identity.authtoken(wanted.token_cache_key),
            "paste_deploy": {"flavor": "keystone"},
            "image_format": {"require_image_format_match": True, "disk_formats": "qcow2,raw,iso"},
            "oslo_concurrency": {"lock_path": "/var/lock/glance"},
            "oslo_policy": {"policy_dirs": "/etc/glance/policy.d"},
        },
        wanted.config or {},
    )
    conf = part.ini("/etc/glance/glance-api.conf", options, "glance")
    web = uwsgi.uwsgi("glance", "glance-api", "/usr/bin/glance-wsgi-api", wanted.workers, **uwsgi.CHUNKED)
    dropin = part.survive("glance-api", part.STORES)
    return {
        "name": "glance",
        "packages": ["glance-api"],
        "files": [*privilege.glance(), conf, web, dropin],
        **wanted.database.parts("glance"),
        "migrations": [{"name": "glance", "connection": wanted.database.url("glance")}],
        "units": [part.unit("glance-api", {conf["path"]: options}, web["path"], dropin["path"])],
        **shared.catalog(
            wanted.identity,
            wanted.admin_password,
            {"name": "glance", "type": "image", "description": "OpenStack Image", "url": wanted.url},
        ),
        "proofs": [
            {"unit": "glance-api.service"},
            wanted.database.proof("glance"),
            *_lists(wanted),
        ],
    }


def _lists(wanted: GlanceOptions) -> list[dict[str, Any]]:
    """Return the proof that it lists images, where the administrator can ask: glance shows a service no list."""
    if not wanted.admin_password:
        return []
    administrator = shared.administrator(wanted.identity.url, wanted.admin_password)
    region = wanted.identity.region
    return [shared.api_proof("image", "/images?limit=1", "glance-api", administrator, region)]
