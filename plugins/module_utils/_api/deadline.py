"""Sockets whose waits all end at one time of the clock: a peer that sends a byte a second cannot hold anybody up.

A socket's own timeout begins anew with each byte. Here ``ends`` is in seconds of ``time.monotonic``.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Callable, Optional, TypeVar

Told = TypeVar("Told")
Address = tuple[int, int, int, str, Any]
"""What ``socket.getaddrinfo`` tells of one address."""
MOST_HEAD = 256 * 1024
"""Bytes of an answer's head, with all that may be sent before it; services send some hundred."""
PIECE = 16 * 1024
OVER = (TimeoutError, socket.timeout)
"""What is raised when the time is over; until Python 3.9 these were two."""
NAMELESS = (OSError, UnicodeError)
"""What is raised for a name that has no address, or is none."""


class TooMuch(OSError):
    """A head that does not end."""


def _seconds_left(ends: float) -> float:
    """Return the seconds that are left. Raises ``TimeoutError`` for none."""
    remaining = ends - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("it takes too long")
    return remaining


def within(seconds: float, ask: Callable[[], Told], failures: tuple[type[Exception], ...]) -> Told:
    """Return what a call returns that has no end of its own; ``failures`` is all that it may raise.

    Raises ``TimeoutError``, and leaves the call to a thread that keeps no process from ending.
    """
    told: Future[Told] = Future()

    def look() -> None:
        try:
            told.set_result(ask())
        except failures as error:
            told.set_exception(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        return told.result(seconds)
    except FutureTimeout:
        raise TimeoutError("it takes too long") from None


def resolve(host: str, port: int, ends: float) -> list[Address]:
    """Return a host's addresses. Raises what is in ``NAMELESS``.

    The resolver has a patience of its own with name servers, which no library lets anybody set.
    """

    def ask(flags: int = 0) -> list[Address]:
        return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, flags))

    try:
        return ask(socket.AI_NUMERICHOST)
    except NAMELESS:
        seconds = _seconds_left(ends)
    try:
        return within(seconds, ask, NAMELESS)
    except TimeoutError:
        raise TimeoutError(f"no name server has told the address of {host} within {seconds:.0f} s") from None


def numeric(host: str, port: int, ends: float) -> str:
    """Return a host's first address, for a library that would wait for name servers by itself. Raises as above."""
    return str(resolve(host, port, ends)[0][4][0])


def connect(host: str, port: int, ends: float) -> socket.socket:
    """Return a connection. Each of the host's addresses gets its share of the time. Raises ``OSError``."""
    found = resolve(host, port, ends)
    failure: Optional[OSError] = None
    for number, (family, kind, protocol, _, address) in enumerate(found):
        made = None
        try:
            made = socket.socket(family, kind, protocol)
            made.settimeout(_seconds_left(ends) / (len(found) - number))
            made.connect(address)
            # Headers and body are two writes: else each request waits for the other side's delayed ACK.
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except OSError as error:
            failure = error
            if made is not None:
                made.close()
    raise failure or OSError(f"{host} has no address")


def encrypt(plain: socket.socket, context: ssl.SSLContext, host: str, ends: float) -> ssl.SSLSocket:
    """Return the same connection with TLS. Raises ``OSError``, of which ``ssl.SSLError`` is one."""
    plain.settimeout(0)
    made = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    try:
        while not _shake_hands(made, ends):
            continue
    except OSError:
        made.close()
        raise
    return made


def _shake_hands(made: ssl.SSLSocket, ends: float) -> bool:
    """Go on with a handshake, and tell whether it has ended."""
    try:
        made.do_handshake()
    except ssl.SSLWantReadError:
        _ready(made, select.POLLIN, ends)
        return False
    except ssl.SSLWantWriteError:
        _ready(made, select.POLLOUT, ends)
        return False
    return True


def _ready(made: socket.socket, event: int, ends: float) -> None:
    """Wait until a socket can be read or written. Raises ``TimeoutError``."""
    poll = select.poll()
    poll.register(made, event)
    if not poll.poll(_seconds_left(ends) * 1000):
        raise TimeoutError("it takes too long")


class Socket:
    """A connection for ``http.client``: whoever uses it says when the waiting ends, and whether a head is read."""

    def __init__(self, made: socket.socket) -> None:
        self.made = made
        self.ends = time.monotonic()
        self.head: Optional[int] = None
        self.readers = 0
        self.closed = False

    def sendall(self, data: Any) -> None:
        """Send all of it, in pieces: TLS begins its timeout anew with each write."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PIECE):
            self.made.settimeout(_seconds_left(self.ends))
            self.made.sendall(view[start : start + PIECE])

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """Return what an answer is read from."""
        self.readers += 1
        return io.BufferedReader(Reader(self))

    def receive(self, buffer: Any) -> int:
        """Read what there is, at least a byte unless the other side has closed."""
        self.made.settimeout(_seconds_left(self.ends))
        size = self.made.recv_into(buffer)
        if self.head is not None:
            self.head += size
            if self.head > MOST_HEAD:
                raise TooMuch("its head does not end")
        return size

    def fileno(self) -> int:
        """Return the socket's number."""
        return self.made.fileno()

    def close(self) -> None:
        """Close the connection, as soon as nobody reads from it any more."""
        self.closed = True
        if not self.readers:
            self.made.close()

    def release(self) -> None:
        """Count a reader less."""
        self.readers -= 1
        if self.closed:
            self.close()


class Reader(io.RawIOBase):
    """Reads from a socket."""

    def __init__(self, source: Socket) -> None:
        self.source = source

    def readable(self) -> bool:
        """Be for reading."""
        return True

    def close(self) -> None:
        """Read no more."""
        if not self.closed:
            super().close()
            self.source.release()

    def readinto(self, buffer: Any) -> int:
        """Read what there is."""
        return self.source.receive(buffer)
