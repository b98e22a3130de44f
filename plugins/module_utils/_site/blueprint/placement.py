"""What Placement is told on a site's control host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..component.placement import PlacementOptions
from . import endpoint, reach
from . import site as sites

if TYPE_CHECKING:
    from .site import Host, Site


def placement(site: Site, host: Host) -> PlacementOptions:
    """Return what Placement is told."""
    return PlacementOptions(
        url=endpoint.url(site, "placement"),
        database=reach.database(site, "placement"),
        identity=reach.identity(site, "placement"),
        nova=reach.identity(site, "nova"),
        token_cache_key=reach.token_cache_key("placement"),
        admin_password=reach.ADMIN,
        workers=sites.workers(site, host),
        config=reach.config(host, "placement"),
    )


def placement_ports(_: Site, __: Host) -> list[dict[str, Any]]:
    """Return who reaches Placement."""
    return [reach.port(endpoint.PORTS["placement"], "placement", reach.ANYBODY)]
