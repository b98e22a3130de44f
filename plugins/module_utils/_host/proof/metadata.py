"""Whether guests would get their metadata: by the secret that neutron's agent has, and by the agent itself."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import uuid
from typing import TYPE_CHECKING, Any

from .web import QUICK, Silent, get

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/openstack/latest/meta_data.json"
UNKNOWN, REFUSED = 404, 403


def ask_metadata(item: Mapping[str, Any]) -> str:
    """Ask Nova for the metadata of a server that there is not, signed as neutron's agent signs."""
    server = str(uuid.uuid4())
    headers = {
        "X-Instance-ID": server,
        "X-Tenant-ID": uuid.uuid4().hex,
        "X-Instance-ID-Signature": hmac.new(item["secret"].encode(), server.encode(), hashlib.sha256).hexdigest(),
        "X-Forwarded-For": "192.0.2.1",
    }
    status, _ = get(item["metadata"] + PATH, headers)
    if status == REFUSED:
        return "Nova does not accept what the metadata agent signs: their metadata_proxy_shared_secret differ"
    return "" if status == UNKNOWN else f"HTTP status {status} instead of {UNKNOWN} for a server that there is not"


class _Local(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def ask_agent(item: Mapping[str, Any]) -> str:
    """Ask neutron's metadata agent on its socket, in the name of a network that there is not; it asks neutron."""
    connection = _Local(item["metadata_agent"], timeout=QUICK)
    headers = {"X-Neutron-Network-ID": str(uuid.uuid4()), "X-Forwarded-For": "192.0.2.1", "Host": "169.254.169.254"}
    try:
        connection.request("GET", PATH, headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Silent(f"the metadata agent does not answer on its socket: {error}") from error
    finally:
        connection.close()
    return "" if status == UNKNOWN else f"HTTP status {status} instead of {UNKNOWN} for a network that there is not"
