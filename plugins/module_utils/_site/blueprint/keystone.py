"""keystone: who may do what, and where each service is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, part, privilege, uwsgi
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

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
