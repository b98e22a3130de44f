"""keystone, glance and placement: who may do what, what is booted, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, part, privilege, uwsgi
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

_STORE = ("mariadb.service", "memcached.service")
_CACHE = "novaform-keystone-cache"
_CACHE_UNIT = f"/etc/systemd/system/{_CACHE}.service"
_CACHE_SOCKET = f"/run/{_CACHE}/socket"
_CACHE_SERVICE = f"""\
[Unit]
Description=What keystone keeps in memory, for its account alone (Novaform)

[Service]
User=keystone
Group=keystone
RuntimeDirectory={_CACHE}
RuntimeDirectoryMode=0700
ExecStart=/usr/bin/memcached -s {_CACHE_SOCKET} -a 0600 -m 64
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def _keystone_options(site: Site, host: Host) -> dict[str, dict[str, Any]]:
    return part.merge(
        {
            "DEFAULT": {"log_dir": "/var/log/keystone", "log_file": "keystone.log", "max_request_body_size": 114688},
            "database": {"connection": endpoint.database(site, "keystone", "keystone")},
            "token": {"provider": "fernet"},
            "cache": {
                "enabled": True,
                "backend": "dogpile.cache.pymemcache",
                "memcache_servers": f"unix:{_CACHE_SOCKET}",
            },
            "oslo_policy": {"policy_dirs": "/etc/keystone/policy.d"},
            "oslo_middleware": {"max_request_body_size": 114688},
        },
        part.overrides(host, "keystone", "all"),
    )


def keystone(site: Site, host: Host) -> dict[str, Any]:
    """Return the identity service; on the first control host it makes itself known in its own catalog.

    Its cache is a memcached of its own, behind a socket that only its account opens. oslo.cache pickles what it keeps
    and offers nothing else, so whoever writes there runs code as keystone. A cache in each process would not do: one
    process would not hear that another has revoked something. Without any a token takes a hundred times as long.
    """
    options = _keystone_options(site, host)
    conf = part.ini(
        "/etc/keystone/keystone.conf",
        options,
        "keystone",
        ("keystone", "oslo.policy", "oslo.cache", "oslo.middleware", "oslo.db", "oslo.log"),
    )
    web = uwsgi.uwsgi("keystone", "keystone", "/usr/bin/keystone-wsgi-public", sites.workers(site, host), 4)
    cache, dropin = (
        part.text(_CACHE_UNIT, _CACHE_SERVICE),
        part.survive("keystone", ("mariadb.service", f"{_CACHE}.service")),
    )
    entry = part.catalog(site, "keystone", "identity", "OpenStack Identity")
    return {
        "name": "keystone",
        "packages": ["keystone", "memcached", "python3-pymemcache"],
        "files": [*privilege.keystone(), conf, web, cache, dropin],
        "databases": part.databases(site, "keystone", "keystone"),
        "migrations": [{"name": "keystone", "connection": endpoint.database(site, "keystone", "keystone")}],
        "keys": ["fernet", "credential"],
        "units": [
            part.unit(_CACHE, cache["path"]),
            part.unit("keystone", {conf["path"]: options}, web["path"], dropin["path"]),
        ],
        "catalog": {
            **entry,
            "bootstrap": True,
            "users": [*part.accounts("nova"), *part.accounts("nova-compute")],  # they sign in before nova-api is up
            "projects": [{"name": "service"}],
            "roles": ["service", part.EVENTS_ROLE],
        },
        "ports": [part.port(endpoint.PORTS["keystone"], "keystone", part.ANYBODY)],
        "proofs": [
            {"unit": "keystone.service"},
            part.database_proof(site, "keystone", "keystone"),
            part.api_proof(site, "keystone", "identity", "/auth/projects", "keystone"),
        ],
    }


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
    dropin = part.survive("glance-api", _STORE)
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
    dropin = part.survive("placement-api", _STORE)
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
