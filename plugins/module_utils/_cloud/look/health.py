"""Is a server up? Its port, its page or its console says so; Nova's word is that of the hypervisor only."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..._api import deadline
from ..._api.check import readable
from ..._core.errors import Error

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from ..._api.session import Session

PATIENCE = 3.0
"""Seconds in which a guest has connected and answered: slowly is not at all."""
Reach = Callable[[str, int, Optional[str]], str]
"""Given an address, a port and perhaps a path: what is wrong with it, empty for nothing."""


def ails(session: Session, server: str, check: Mapping[str, Any], reach: Reach) -> str:
    """Return what keeps a server from being healthy; empty when it is."""
    try:
        if check.get("console"):
            return _silent(session, server, str(check["console"]))
        found = _addresses(session, server)
    except Error as error:
        return str(error)
    if not found:
        return "it has no address"
    port = int(check.get("tcp") or check.get("port") or 80)
    return reach(found[0], port, check.get("http"))


def _silent(session: Session, server: str, text: str) -> str:
    """Tell whether a server's console has not shown a text yet."""
    body = {"os-getConsoleOutput": {"length": None}}
    told = session.send("compute", "POST", f"/servers/{server}/action", body)
    output = str(told.get("output") or "") if isinstance(told, dict) else ""
    return "" if text in output else f"its console does not show '{text}'"


def _addresses(session: Session, server: str) -> list[str]:
    """Return a server's addresses: floating ones first, because they are meant to be reached."""
    ports = list(session.pages("network", f"/ports?device_id={server}", "ports"))
    mine = {port["id"] for port in ports}
    floating = [
        one["floating_ip_address"]
        for one in session.pages("network", "/floatingips", "floatingips")
        if one.get("port_id") in mine
    ]
    return floating + [fixed["ip_address"] for port in ports for fixed in port.get("fixed_ips") or ()]


def reach(address: str, port: int, path: Optional[str]) -> str:
    """Try a port, or a page on it."""
    where = f"port {port} at {address}"
    ends = time.monotonic() + PATIENCE
    try:
        with deadline.connect(address, port, ends) as made:
            status = 200 if path is None else _page_status(made, address, path, ends)
    except (OSError, http.client.HTTPException) as error:
        return f"{where} does not answer ({readable(error) or type(error).__name__})"
    return "" if status < 400 else f"{path} on {where} answers {status}"


def _page_status(made: socket.socket, address: str, path: str, ends: float) -> int:
    """Ask for a page and return the status: what the guest says besides is not read."""
    line = deadline.Socket(made)
    line.ends, line.head = ends, 0
    connection = http.client.HTTPConnection(address)
    connection.sock = line
    connection.request("GET", path)
    return connection.getresponse().status
