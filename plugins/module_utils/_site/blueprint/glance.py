"""What glance is told on a site's control host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..component.glance import GlanceOptions
from . import endpoint, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site


def glance(site: Site, host: Host) -> GlanceOptions:
    """Return what glance is told."""
    return GlanceOptions(
        url=endpoint.url(site, "glance"),
        database=reach.database(site, "glance"),
        identity=reach.identity(site, "glance"),
        token_cache_key=reach.token_cache_key("glance"),
        admin_password=reach.ADMIN,
        workers=sites.workers(site, host),
        config=reach.config(host, "glance"),
    )


def glance_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches glance."""
    return [reach.port(endpoint.PORTS["glance"], "glance", reach.ANYBODY)]
