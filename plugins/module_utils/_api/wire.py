"""One HTTP exchange over a connection that is kept open, with TLS always verified.

The difference that matters afterwards: ``Unreached`` means that nothing was asked; ``Lost`` that the request may have
been carried out although no answer came.
"""

from __future__ import annotations

import http.client
import select
import ssl
import threading
import time
import weakref
from collections import defaultdict
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol, Union
from urllib.parse import urlsplit

from .._core.errors import ObserveError
from . import deadline, proxy
from .check import readable

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping
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

    ``largest`` is how many bytes an answer may have (ten thousand servers have half of it). All times are of the
    clock: ``within`` seconds a connection stands, ``timeout`` seconds after a request its answer's head is there,
    ``patience`` seconds after its beginning the exchange is over, and a longer body has a second more for each
    ``slowest`` bytes.
    """

    largest = 64 * 1024 * 1024
    within = 20.0
    patience = 300.0
    slowest = 256 * 1024

    def __init__(self, cacert: Optional[str] = None, timeout: float = 60.0) -> None:
        self.cacert = cacert
        self.timeout = timeout
        self.client: Optional[tuple[str, Optional[str]]] = None
        self.proxied = False
        self.context: Optional[ssl.SSLContext] = None
        self.lock = threading.Lock()
        self.idle: dict[Place, list[http.client.HTTPConnection]] = defaultdict(list)
        weakref.finalize(self, _close, self.idle)

    def tls(self) -> ssl.SSLContext:
        """Return the one TLS context: certificates and names are always verified."""
        if self.context is None:
            file = f"the CA file {self.cacert}"
            try:
                _refuse_pipes((self.cacert, *(self.client or ())))
                made = ssl.create_default_context(cafile=self.cacert)
                if self.client is not None:
                    file = f"the certificate {self.client[0]} and its key {self.client[1] or 'in it'}"
                    made.load_cert_chain(*self.client, password="")
            except (OSError, ValueError) as error:
                raise Unreached(f"cannot read {file}: {error}") from error
            self.context = made
        return self.context

    def connection(self, place: Place) -> http.client.HTTPConnection:
        """Return an idle connection, or a new one that is not open yet."""
        with self.lock:
            if self.idle[place]:
                return self.idle[place].pop()
        _, host, port = place
        return http.client.HTTPConnection(host, port)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Answer:
        """Make one exchange, see ``Transport``."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        where = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
        connection = self.connection(place)
        fresh = connection.sock is None
        line = self.connect(connection, place, where)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        through = proxy.of(place) if self.proxied and parts.scheme == "http" else None
        if through is not None:
            path, headers = f"http://{parts.netloc}{path}", {**through.headers, **headers}
        began = time.monotonic()
        line.ends = over = began + self.patience + int(headers.get("Content-Length", 0)) / self.slowest
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            line.ends, line.head = min(over, time.monotonic() + self.timeout), 0
            response = connection.getresponse()
            line.ends, line.head = over, None
            content = self.whole(response)
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            late = isinstance(error, deadline.OVER)
            # A kept connection that the server closed meanwhile fails before the request is read. Repeat what may be.
            if not fresh and method in {"GET", "HEAD"} and not late:
                return self.send(method, url, headers, body)
            waited = f" within {time.monotonic() - began:.0f} s" if late else ""
            text = f"{where}: no answer{waited} ({readable(error) or type(error).__name__})"
            raise Lost(text, late=late) from error
        with self.lock:
            self.idle[place].append(connection)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def whole(self, response: http.client.HTTPResponse) -> bytes:
        """Read an answer to its end. Raises ``HTTPException`` for one that is cut off, or has no end in sight."""
        content = bytearray()
        while len(content) <= self.largest:
            part = response.read1(PART) if response.length != 0 else b""
            if part:
                content += part
            elif response.length:
                raise http.client.IncompleteRead(b"", response.length)
            else:
                response.close()
                return bytes(content)
        raise http.client.HTTPException("it does not end")

    def connect(self, connection: http.client.HTTPConnection, place: Place, where: str) -> deadline.Socket:
        """Return the open line of a connection, opened if it is not, or no longer, open."""
        line = connection.sock
        if isinstance(line, deadline.Socket):
            if not _stale(line):
                return line
            connection.close()
        scheme, host, _ = place
        context = self.tls() if scheme == "https" else None
        ends = time.monotonic() + self.within
        made: Optional[socket.socket] = None
        try:
            made = self.plain(place, ends)
            made = deadline.encrypt(made, context, host, ends) if context is not None else made
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            if made is not None:
                made.close()
            late = isinstance(error, deadline.OVER)
            raise Unreached(f"{where}: {_trouble(error, host)}", late=late) from error
        opened = deadline.Socket(made)
        connection.sock = opened
        return opened

    def plain(self, place: Place, ends: float) -> socket.socket:
        """Return a connection, by way of the proxy that the environment names for it."""
        scheme, host, port = place
        through = proxy.of(place) if self.proxied else None
        if through is None:
            return deadline.connect(host, port, ends)
        made = deadline.connect(through.host, through.port, ends)
        if scheme == "https":
            try:
                proxy.tunnel(made, through, place, ends)
            except (OSError, http.client.HTTPException):
                made.close()
                raise
        return made


def _refuse_pipes(names: Iterable[Optional[str]]) -> None:
    """Raise ``ValueError`` where a file is none: OpenSSL would wait for whoever writes into a pipe."""
    for name in names:
        if name is not None and not S_ISREG(Path(name).stat().st_mode):
            raise ValueError(f"{name} is not a regular file")


def _trouble(error: Exception, host: str) -> str:
    """Say why a connection does not come about, as far as the error tells."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is {_explain_certificate(error, host)}"
    if isinstance(error, ssl.SSLError) and error.reason in PLAIN:
        return f"no TLS is spoken there ({error.reason}): is it http://, or another port?"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails ({error.reason or error})"
    return f"cannot connect ({str(error) or type(error).__name__})"


def _explain_certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    """Say what is wrong with a certificate, and what to do."""
    told = error.verify_message
    if error.verify_code in OTHER_NAME:
        return f"of another name ({told}): use a name that it has in place of {host}"
    if error.verify_code == EXPIRED:
        return f"not valid any more ({told}): it must be renewed, or the clock here is wrong"
    if error.verify_code == TOO_EARLY:
        return f"not valid yet ({told}): the clock here or there is wrong"
    return f"not trusted ({told}): set cacert in clouds.yaml to the file of the CA that signed it"


PLAIN = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls an answer that is none of TLS."""
OTHER_NAME = frozenset({62, 63, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_EMAIL_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH."""
TOO_EARLY, EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""


def _close(idle: Mapping[Place, list[http.client.HTTPConnection]]) -> None:
    """Close what was kept open."""
    for connections in idle.values():
        for connection in connections:
            connection.close()


def _stale(line: deadline.Socket) -> bool:
    """Tell whether the server has closed an idle connection: it is silent as long as it is good."""
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)
    return bool(poll.poll(0))
