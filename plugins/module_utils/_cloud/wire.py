"""One HTTP exchange over a connection that is kept open, with TLS always verified.

The difference that matters afterwards: ``Unreached`` means that nothing was asked; ``Lost`` that the request may have
been carried out although no answer came.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import time
import weakref
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol, Union
from urllib.parse import urlsplit

from .._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

Body = Union[bytes, "BinaryIO", None]
PART = 64 * 1024
Place = tuple[str, str, int]
"""Scheme, host and port."""


class Unreached(ObserveError):
    """The service could not be spoken to at all; nothing was asked of it."""


class Lost(ObserveError):
    """The request was sent and no whole answer came: it may or may not have been carried out."""


class Answer(NamedTuple):
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """How requests leave; the fake cloud is one, too."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Answer:
        """Make one exchange. MUST raise ``Unreached`` if nothing was sent and ``Lost`` if the answer is missing."""


class Wire:
    """Real HTTP. Threads may share it; connections are kept open and handed from one request to the next.

    ``largest`` is how many bytes an answer may have (ten thousand servers have a tenth of it), ``patience`` how many
    seconds it may take from its first byte to its last.
    """

    largest = 256 * 1024 * 1024
    patience = 300.0

    def __init__(self, cacert: Optional[str] = None, timeout: float = 60.0) -> None:
        self.cacert = cacert
        self.timeout = timeout
        self.context: Optional[ssl.SSLContext] = None
        self.lock = threading.Lock()
        self.idle: dict[Place, list[http.client.HTTPConnection]] = defaultdict(list)
        weakref.finalize(self, close, self.idle)

    def tls(self) -> ssl.SSLContext:
        """Return the one TLS context: certificates and names are always verified."""
        if self.context is None:
            try:
                self.context = ssl.create_default_context(cafile=self.cacert)
            except (OSError, ValueError) as error:
                raise Unreached(f"cannot read the CA file {self.cacert}: {error}") from error
        return self.context

    def connection(self, place: Place) -> http.client.HTTPConnection:
        """Return an idle connection, or a new one."""
        with self.lock:
            if self.idle[place]:
                return self.idle[place].pop()
        scheme, host, port = place
        if scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=self.tls())
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Answer:
        """Make one exchange, see ``Transport``."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        where = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
        connection = self.connection(place)
        fresh = connection.sock is None
        self.connect(connection, where)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            content = self.whole(response)
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            # A kept connection that the server closed meanwhile fails before the request is read. Repeat what may be.
            if not fresh and method in {"GET", "HEAD"}:
                return self.send(method, url, headers, body)
            raise Lost(f"{where}: no answer ({str(error) or type(error).__name__})") from error
        with self.lock:
            self.idle[place].append(connection)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def whole(self, response: http.client.HTTPResponse) -> bytes:
        """Read an answer to its end. Raises ``HTTPException`` for one that is cut off, or has no end in sight."""
        began = time.monotonic()
        parts: list[bytes] = []
        size = 0
        while size <= self.largest and time.monotonic() - began < self.patience:
            part = response.read(PART)
            if part:
                parts.append(part)
                size += len(part)
            elif response.length:
                raise http.client.IncompleteRead(b"", response.length)
            else:
                return b"".join(parts)
        raise http.client.HTTPException("it does not end")

    def connect(self, connection: http.client.HTTPConnection, where: str) -> None:
        """Open the connection if it is not, or no longer, open."""
        if connection.sock is not None and stale(connection.sock):
            connection.close()
        if connection.sock is not None:
            return
        try:
            connection.connect()
            hurry(connection.sock)  # type: ignore[arg-type] # it is one as soon as it is connected
        except ssl.SSLError as error:
            connection.close()
            hint = "set cacert in clouds.yaml to the file of the CA that signed it"
            raise Unreached(f"{where}: the certificate is not trusted ({error}); {hint}") from error
        except OSError as error:
            connection.close()
            raise Unreached(f"{where}: cannot connect ({error})") from error


def close(idle: Mapping[Place, list[http.client.HTTPConnection]]) -> None:
    """Close what was kept open."""
    for connections in idle.values():
        for connection in connections:
            connection.close()


def hurry(sock: socket.socket) -> None:
    """Send at once. Headers and body are two writes: else each request waits for the other side's delayed ACK."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def stale(sock: socket.socket) -> bool:
    """Tell whether the server has closed an idle connection: it is silent as long as it is good."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
