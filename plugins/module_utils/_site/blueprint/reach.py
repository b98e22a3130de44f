"""How the services of a site reach each other: with which accounts, and who may connect to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..component import shared
from . import endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .site import Host, Site

ANYBODY = ("any",)
NOBODY = ()
ADMIN = secret.placeholder(shared.ADMIN)


def nova_user(host: Host) -> str:
    """Return as whom Nova's services of a host sign in, to keystone and to the broker: they share one nova.conf."""
    return "nova" if "control" in host.roles else "nova-compute"


def neutron_user(host: Host) -> str:
    """Return as whom neutron's services of a host sign in to the broker."""
    return "neutron" if "control" in host.roles else "neutron-agent"


def database(site: Site, user: str) -> shared.DatabaseAccess:
    """Return a service's account at the database server, usable from the hosts that need it and no others."""
    return shared.DatabaseAccess(
        address=endpoint.control_address(site),
        port=endpoint.PORTS["mysql"],
        user=user,
        password=secret.placeholder(shared.database_secret(user)),
        clients=tuple(sorted({"localhost"} | {host.address for host in site.having("control")})),
    )


def broker(site: Site, user: str) -> shared.BrokerAccess:
    """Return one of ``BROKER_USERS`` at the broker."""
    return shared.BrokerAccess(
        address=endpoint.control_address(site),
        port=endpoint.PORTS["rabbitmq"],
        user=user,
        password=secret.placeholder(shared.broker_secret(user)),
        vhost=endpoint.BROKER_VHOSTS[endpoint.BROKER_USERS[user]],
    )


def identity(site: Site, user: str) -> shared.IdentityAccess:
    """Return a service's account at keystone."""
    return shared.IdentityAccess(
        url=endpoint.url(site, "keystone"),
        user=user,
        password=secret.placeholder(shared.identity_secret(user)),
        region=site.cloud.region,
    )


def token_cache_key(user: str) -> str:
    """Return the key under which an API keeps tokens."""
    return secret.placeholder(shared.token_cache_secret(user))


def config(host: Host, service: str) -> dict[str, Any] | None:
    """Return what the operator sets in a service's file on this host, over our own options."""
    return (configs(host, service, "all") or {}).get("all")


def configs(host: Host, service: str, *readers: str) -> dict[str, Any] | None:
    """Return what the operator sets for some readers of a service's options on this host."""
    declared = host.config.get(f"{service}_config") or {}
    found = {
        reader: {section: dict(options) for section, options in declared[reader].items()}
        for reader in readers
        if declared.get(reader)
    }
    return found or None


def port(number: int | str, component: str, sources: Iterable[str]) -> dict[str, Any]:
    """Return a firewall rule: who may connect, besides the host itself. Nobody where ``sources`` is empty."""
    return {"port": number, "proto": "tcp", "sources": list(sources), "comment": component}
