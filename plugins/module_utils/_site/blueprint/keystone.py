"""What keystone is told on a site's control host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..component.keystone import KeystoneOptions, ServiceAccount
from . import endpoint, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site

_EARLY = ("nova", "nova-compute")
"""They sign in before nova-api is up."""


def keystone(site: Site, host: Host) -> KeystoneOptions:
    """Return what keystone is told."""
    early = [reach.identity(site, user) for user in _EARLY]
    return KeystoneOptions(
        url=endpoint.url(site, "keystone"),
        database=reach.database(site, "keystone"),
        admin_password=reach.ADMIN,
        region=site.cloud.region,
        accounts=tuple(ServiceAccount(name=one.user, password=one.password) for one in early),
        workers=sites.workers(site, host),
        config=reach.config(host, "keystone"),
    )


def keystone_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches keystone."""
    return [reach.port(endpoint.PORTS["keystone"], "keystone", reach.ANYBODY)]
