"""Where everything listens: the one place that decides scheme, address, port and CA file of every service.

TLS everywhere, an address in front of several control hosts and further cells are changes to this file.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from ..component import shared
from ..component.nova_cell import CELL

if TYPE_CHECKING:
    from .site import Host, Site

PORTS = {
    "keystone": 5000,
    "glance": 9292,
    "placement": 8778,
    "neutron": 9696,
    "nova": 8774,
    "metadata": 8775,
    "novnc": 6080,
    "mysql": 3306,
    "rabbitmq": 5672,
    "memcached": 11211,
}
# How the parts of a broker find each other and talk: its port mapper and its distribution.
ERLANG_PORTS = (4369, 25672)
API_PATHS = {"keystone": "/v3", "glance": "", "placement": "", "neutron": "", "nova": "/v2.1"}
SCHEME = "http"
LOOPBACK = "127.0.0.1"
VNC_PORTS = "5900-5999"
MIGRATION_PORTS = "49152-49215"
VXLAN_PORT = 4789
BROKER_VHOSTS = {"nova": f"nova_{CELL}", "neutron": "neutron"}
# Who signs in to the broker for which service: the control host's own account, and one for all hosts besides it.
BROKER_USERS = {"nova": "nova", "nova-compute": "nova", "neutron": "neutron", "neutron-agent": "neutron"}


def _control(site: Site) -> Host:
    """Return the host that bootstraps what exists once in a site."""
    return site.having("control")[0]


def control_address(site: Site) -> str:
    """Return the address under which every client reaches the control services."""
    return site.cloud.address or _control(site).address


def url(site: Site, service: str, path: str | None = None) -> str:
    """Return the URL of an API; ``path`` defaults to the one its catalog entry has."""
    tail = API_PATHS[service] if path is None else path
    return f"{SCHEME}://{control_address(site)}:{PORTS[service]}{tail}"


def console_url(site: Site) -> str:
    """Return the URL of the noVNC page that users open."""
    return f"{SCHEME}://{control_address(site)}:{PORTS['novnc']}/vnc_lite.html"


def fit(name: str, secret: str) -> str:
    """Return a secret as its users can carry it: itself, but a digest of a service's broker password with a slash.

    oslo.messaging (all releases so far) takes the password out of its URL and puts it into another, for kombu, in
    which it leaves a slash as it is; kombu then reads the rest of the password as a path.
    """
    if "/" not in secret or name not in {shared.broker_secret(user) for user in BROKER_USERS}:
        return secret
    digest = hashlib.sha256(b"novaform broker account\0" + secret.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
