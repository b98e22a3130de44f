"""Proxies as http_proxy, https_proxy, all_proxy and no_proxy name them; read by urllib, so with all their forms."""

from __future__ import annotations

import base64
import http.client
import os
from typing import TYPE_CHECKING, NamedTuple, Optional
from urllib.parse import unquote, urlsplit

from .._core.errors import ObserveError
from . import deadline

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping


class Proxy(NamedTuple):
    """Who passes requests on. ``headers`` may hold a password."""

    host: str
    port: int
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"


def of(place: tuple[str, str, int]) -> Optional[Proxy]:
    """Return the proxy for a scheme, host and port; None for none. Raises ``ObserveError`` for one that is no HTTP."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib import request  # it costs ten milliseconds, and few have a proxy

    scheme, host, port = place
    known = request.getproxies()
    url = known.get(scheme) or known.get("all")
    if not url or request.proxy_bypass(f"{host}:{port}", known):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        found = Proxy(parts.hostname or "", parts.port or 3128, _credentials(parts.username, parts.password))
    except ValueError:
        found = Proxy("", 0, {})
    if parts.scheme != "http" or not found.host:
        raise ObserveError(f"{scheme}_proxy must be http://HOST:PORT: other proxies are not known here")
    return found


def _credentials(user: Optional[str], password: Optional[str]) -> dict[str, str]:
    """Return the header with which a proxy is told who asks."""
    if user is None:
        return {}
    told = base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {told}"}


def tunnel(made: socket.socket, through: Proxy, place: tuple[str, str, int], ends: float) -> None:
    """Ask a proxy for a way to a place. Raises ``OSError`` or ``HTTPException`` where it makes none."""
    _, host, port = place
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    line = deadline.Socket(made)
    line.ends, line.head = ends, 0
    lines = [
        f"CONNECT {target} HTTP/1.1",
        f"Host: {target}",
        *(f"{name}: {one}" for name, one in through.headers.items()),
    ]
    line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
    answer = http.client.HTTPResponse(line, method="CONNECT")  # type: ignore[arg-type] # it has what is asked of one
    answer.begin()
    if answer.status >= 300:
        raise OSError(f"the proxy {through.host}:{through.port} answered {answer.status}")
