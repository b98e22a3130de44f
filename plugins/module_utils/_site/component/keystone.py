"""keystone: who may do what, and where each service is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import part, privilege, shared, uwsgi

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


@dataclass(frozen=True)
class ServiceAccount:
    """An account of a service, which is there before the service itself is."""

    name: str = option("The name of the account.", check=setting.name)
    password: str = option("Its password.", secret=lambda given: shared.identity_secret(given["name"]))


@dataclass(frozen=True)
class KeystoneOptions:
    """What keystone is told."""

    url: str = option("The URL under which it is reached, with its version.", check=setting.url)
    database: shared.DatabaseAccess = option(shared.DATABASE)
    admin_password: str = option("The password of the administrator C(admin).", secret=lambda _: shared.ADMIN)
    region: str = option("The region of its entry in the catalog.", default="RegionOne", check=setting.name)
    accounts: tuple[ServiceAccount, ...] = option(
        "Accounts of services in the project C(service), with the role C(service).", default=()
    )
    workers: int = shared.workers()
    config: Optional[dict[str, Any]] = shared.config("Further options of its C(keystone.conf), which win over ours.")


def _options(wanted: KeystoneOptions) -> dict[str, dict[str, Any]]:
    return part.merge(
        {
            "DEFAULT": {"log_dir": "/var/log/keystone", "log_file": "keystone.log", "max_request_body_size": 114688},
            "database": {"connection": wanted.database.url("keystone")},
            "token": {"provider": "fernet"},
            "cache": {
                "enabled": True,
                "backend": "dogpile.cache.pymemcache",
                "memcache_servers": f"unix:{_CACHE_SOCKET}",
            },
            "oslo_policy": {"policy_dirs": "/etc/keystone/policy.d"},
            "oslo_middleware": {"max_request_body_size": 114688},
        },
        wanted.config or {},
    )


def _catalog(wanted: KeystoneOptions) -> dict[str, Any]:
    own = {"public": wanted.url, "internal": wanted.url, "admin": wanted.url}
    return {
        "auth_url": wanted.url,
        "admin": {"user": "admin", "password": wanted.admin_password, "project": "admin", "domain": "Default"},
        "region": wanted.region,
        "services": [
            {"name": "keystone", "type": "identity", "description": "OpenStack Identity", "endpoints": own},
        ],
        "users": [shared.user_of(one.name, one.password) for one in wanted.accounts],
        "bootstrap": True,
        "projects": [{"name": "service"}],
        "roles": ["service", shared.EVENTS_ROLE],
    }


def _caller(wanted: KeystoneOptions) -> dict[str, Any]:
    """Return as whom it is proved: the first service that it has an account for, or the administrator."""
    if not wanted.accounts:
        return shared.administrator(wanted.url, wanted.admin_password)
    first = wanted.accounts[0]
    return shared.IdentityAccess(url=wanted.url, user=first.name, password=first.password).account()


def parts(wanted: KeystoneOptions) -> dict[str, Any]:
    """Return what there is to be of the identity service, which makes itself known in its own catalog.

    Its cache is a memcached of its own, behind a socket that only its account opens. oslo.cache pickles what it keeps
    and offers nothing else, so whoever writes there runs code as keystone. A cache in each process would not do: one
    process would not hear that another has revoked something. Without any a token takes a hundred times as long.
    """
    options = _options(wanted)
    conf = part.ini(
        "/etc/keystone/keystone.conf",
        options,
        "keystone",
        ("keystone", "oslo.policy", "oslo.cache", "oslo.middleware", "oslo.db", "oslo.log"),
    )
    web = uwsgi.uwsgi("keystone", "keystone", "/usr/bin/keystone-wsgi-public", wanted.workers, 4)
    cache = part.text(_CACHE_UNIT, _CACHE_SERVICE)
    dropin = part.survive("keystone", ("mariadb.service", f"{_CACHE}.service"))
    return {
        "name": "keystone",
        "packages": ["keystone", "memcached", "python3-pymemcache"],
        "files": [*privilege.keystone(), conf, web, cache, dropin],
        **wanted.database.parts("keystone"),
        "migrations": [{"name": "keystone", "connection": wanted.database.url("keystone")}],
        "keys": ["fernet", "credential"],
        "units": [
            part.unit(_CACHE, cache["path"]),
            part.unit("keystone", {conf["path"]: options}, web["path"], dropin["path"]),
        ],
        "catalog": _catalog(wanted),
        "proofs": [
            {"unit": "keystone.service"},
            wanted.database.proof("keystone"),
            shared.api_proof("identity", "/auth/projects", "keystone", _caller(wanted), wanted.region),
        ],
    }
