"""A real socket on loopback that answers with given bytes, as slowly as it likes."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Drip:
    """Parts of an answer that come one by one with pauses, for ever; each listener gets them from the start."""

    def __init__(self, head: bytes, drop: bytes, every: float = 0.05) -> None:
        self.head = head
        self.drop = drop
        self.every = every
        self.over = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        while not self.over.wait(self.every):
            yield self.drop


@contextmanager
def served(parts: Iterable[bytes]) -> Iterator[str]:
    """Answer every connection's first bytes with these, and close it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                made, _ = listener.accept()
            except OSError:
                return
            with made:
                try:
                    made.recv(65536)
                    for part in parts:
                        made.sendall(part)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        if isinstance(parts, Drip):
            parts.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
