"""Where things of each kind are: the service, and the path of their collection."""

from __future__ import annotations

PATHS = {
    "flavor": ("compute", "/flavors"),
    "key": ("compute", "/os-keypairs"),
    "server_group": ("compute", "/os-server-groups"),
    "image": ("image", "/images"),
    "network": ("network", "/networks"),
    "subnet": ("network", "/subnets"),
    "router": ("network", "/routers"),
    "security_group": ("network", "/security-groups"),
    "floating_ip": ("network", "/floatingips"),
    "server": ("compute", "/servers"),
    "volume": ("volume", "/volumes"),
}
