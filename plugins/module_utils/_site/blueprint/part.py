"""The small pieces that every component is made of: files, units, identities, and how options are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .site import Host, Site

Sections = "dict[str, dict[str, Any]]"
Component = "dict[str, Any]"
# Who may tell Nova that a port is up; the role is neutron's alone.
EVENTS_ROLE = "novaform_events"
STORES = ("mariadb.service", "memcached.service")
"""The units in which an API keeps what it knows and whom it has asked about."""
ANYBODY = ("any",)
NOBODY = ()


def merge(*layers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the sections of all layers together; on the same option the later layer wins."""
    merged: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for section, options in layer.items():
            merged.setdefault(section, {}).update(options)
    return merged


def overrides(host: Host, service: str, component: str) -> dict[str, dict[str, Any]]:
    """Return what the operator sets for a component on this host, over our own options."""
    declared = host.config.get(f"{service}_config") or {}
    return merge(declared.get("all") or {}, declared.get(component) or {})


def ini(path: str, options: Mapping[str, Any], group: str, namespaces: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an oslo.config file that root owns and only the service's group reads."""
    item: dict[str, Any] = {
        "path": path,
        "format": "ini",
        "options": dict(options),
        "owner": "root",
        "group": group,
        "mode": "0640",
    }
    if namespaces:
        item["namespaces"] = list(namespaces)
    return item


def text(path: str, content: str, mode: str = "0644", owner: str = "root", group: str = "root") -> dict[str, Any]:
    """Return a file with this very content."""
    return {"path": path, "format": "text", "content": content, "owner": owner, "group": group, "mode": mode}


def absent(path: str) -> dict[str, Any]:
    """Return a file that must not be there."""
    return {"path": path, "format": "absent"}


def directory(path: str, owner: str, group: str, mode: str = "0750", package: str = "") -> dict[str, Any]:
    """Return a directory; with the first words of the names of packages that make it just so, where any do."""
    made = {"path": path, "format": "directory", "owner": owner, "group": group, "mode": mode}
    return {**made, "package": package} if package else made


def unit(name: str, *inputs: Mapping[str, Any] | str) -> dict[str, Any]:
    """Return a unit that runs. An input is a path (its whole content) or ``{path: options it reads}``."""
    read: dict[str, Any] = {}
    for one in inputs:
        read.update({one: None} if isinstance(one, str) else one)
    return {"name": f"{name}.service", "state": "started", "inputs": read}


def survive(name: str, after: tuple[str, ...] = (), stop_seconds: int = 0) -> dict[str, Any]:
    """Return a drop-in so that the unit outlives a reboot in which what it needs starts later than itself.

    Debian's units give up after five failures within ten seconds and are not ordered after the database or broker
    by the names those really have.
    """
    lines = ["[Unit]", "StartLimitIntervalSec=0"]
    if after:
        lines.append(f"After={' '.join(after)}")
    lines += ["", "[Service]", "Restart=always", "RestartSec=3"]
    if stop_seconds:
        lines.append(f"TimeoutStopSec={stop_seconds}")
    return text(f"/etc/systemd/system/{name}.service.d/novaform.conf", "\n".join(lines) + "\n")


def account(site: Site, user: str) -> dict[str, Any]:
    """Return keystoneauth options with which a service signs in as itself."""
    return {
        "auth_type": "password",
        "auth_url": endpoint.url(site, "keystone"),
        "project_name": "service",
        "project_domain_name": "Default",
        "username": user,
        "user_domain_name": "Default",
        "password": f"<secret:{_identity_secret(user)}>",
    }


def identity(site: Site, user: str) -> dict[str, Any]:
    """Return how a service reaches another one: as itself, on the internal interface of this region."""
    return {**account(site, user), "region_name": site.cloud.region, "valid_interfaces": "internal"}


def authtoken(site: Site, user: str) -> dict[str, Any]:
    """Return the options with which an API checks its callers' tokens."""
    return {
        **account(site, user),
        "region_name": site.cloud.region,
        "interface": "internal",
        "www_authenticate_uri": endpoint.url(site, "keystone"),
        "memcached_servers": endpoint.memcached(),
        # Without, whoever reaches the cache says what a token is good for.
        "memcache_security_strategy": "ENCRYPT",
        "memcache_secret_key": f"<secret:token_cache_{user}>",
        "service_token_roles": "service",
        "service_token_roles_required": True,
    }


def rabbit() -> dict[str, Any]:
    """Return how services use the broker: queues that survive its restart."""
    return {"rabbit_quorum_queue": True, "heartbeat_timeout_threshold": 60}


def administrator(site: Site) -> dict[str, Any]:
    """Return keystoneauth options of the site's administrator."""
    return {
        "auth_url": endpoint.url(site, "keystone"),
        "project_name": "admin",
        "project_domain_name": "Default",
        "username": "admin",
        "user_domain_name": "Default",
        "password": "<secret:keystone_admin>",
    }


def catalog(site: Site, name: str, kind: str, description: str) -> dict[str, Any]:
    """Return a service user and a catalog entry with the same address for all three interfaces."""
    address = endpoint.url(site, name)
    return {
        "auth_url": endpoint.url(site, "keystone"),
        "admin": {"user": "admin", "password": "<secret:keystone_admin>", "project": "admin", "domain": "Default"},
        "region": site.cloud.region,
        "services": [
            {
                "name": name,
                "type": kind,
                "description": description,
                "endpoints": {"public": address, "internal": address, "admin": address},
            }
        ],
        "users": accounts(name),
    }


def accounts(name: str, *roles: str) -> list[dict[str, Any]]:
    """Return the account with which a service signs in, and its roles besides the one for calls between services."""
    password = f"<secret:{_identity_secret(name)}>"
    return [{"name": name, "password": password, "project": "service", "roles": ["service", *roles]}]


def _identity_secret(user: str) -> str:
    return f"identity_{user.replace('-', '_')}"


def api_proof(site: Site, name: str, kind: str, path: str, unit: str) -> dict[str, Any]:
    """Return the proof that an API answers the account of Nova's services with a list; ``path`` ends with its name."""
    listed = path.partition("?")[0].rpartition("/")[2].replace("-", "_")
    return {
        "what": f"the list of {listed} of {name}",
        "api": kind,
        "path": path,
        "list": listed,
        "auth": account(site, "nova"),
        "region": site.cloud.region,
        "unit": f"{unit}.service",
    }


def database_proof(site: Site, name: str, user: str) -> dict[str, Any]:
    """Return the proof that a service's own account is let into its database."""
    return {"what": f"database {name} for {user}", "database": endpoint.database(site, name, user)}


def nova_user(host: Host) -> str:
    """Return as whom Nova's services of a host sign in, to keystone and to the broker: they share one nova.conf."""
    return "nova" if "control" in host.roles else "nova-compute"


def neutron_user(host: Host) -> str:
    """Return as whom neutron's services of a host sign in to the broker."""
    return "neutron" if "control" in host.roles else "neutron-agent"


def broker_proof(site: Site, user: str) -> dict[str, Any]:
    """Return the proof that an account can use the broker from this host."""
    return {"what": f"the broker for {user}", "broker": endpoint.broker(site, user)}


def ping_proof(site: Site, user: str, topic: str, unit: str) -> dict[str, Any]:
    """Return the proof that somebody answers an account on ``topic``: a kind of service and a host."""
    return {
        "what": f"RPC ping of {topic}",
        "ping": topic,
        "exchange": endpoint.BROKER_USERS[user],
        "broker": endpoint.broker(site, user),
        "unit": f"{unit}.service",
    }


def databases(site: Site, user: str, *schemas: str) -> dict[str, Any]:
    """Return one database account for a service, usable from the hosts that need it and no others."""
    hosts = sorted({"localhost"} | {host.address for host in site.having("control")})
    password = f"<secret:database_{user}>"
    return {
        "schemas": list(schemas),
        "users": [{"name": user, "password": password, "hosts": hosts, "schemas": list(schemas)}],
    }


def port(number: int | str, component: str, sources: Iterable[str]) -> dict[str, Any]:
    """Return a firewall rule: who may connect, besides the host itself. Nobody where ``sources`` is empty."""
    return {"port": number, "proto": "tcp", "sources": list(sources), "comment": component}
