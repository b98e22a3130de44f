"""Does an address go on answering? Five echo requests a second, and the longest time between two answers."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import struct
import threading
import time
from typing import Self

_PAUSE = 0.2
_REQUEST, _REPLY = 8, 0
_HEADER = struct.Struct("!BBHHH")
_AFTER_IP = 20


class Listening:
    """From entering to leaving; then ``longest_silence`` is in seconds."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.longest_silence = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        mark, last = os.getpid() & 0xFFFF, time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as line:
            line.settimeout(_PAUSE)
            line.connect((self.address, 0))
            for number in itertools.count():
                if self._over.is_set():
                    break
                with contextlib.suppress(OSError):  # nobody there is what is measured
                    line.send(request(mark, number & 0xFFFF))
                    if is_reply(line.recv(1500), mark):
                        self.longest_silence = max(self.longest_silence, time.monotonic() - last)
                        last = time.monotonic()
                self._over.wait(_PAUSE)
        self.longest_silence = max(self.longest_silence, time.monotonic() - last)


def request(mark: int, number: int) -> bytes:
    """Return an echo request."""
    bare = _HEADER.pack(_REQUEST, 0, 0, mark, number)
    total = sum(struct.unpack("!4H", bare))
    total = (total >> 16) + (total & 0xFFFF)
    return _HEADER.pack(_REQUEST, 0, ~total & 0xFFFF, mark, number)


def is_reply(packet: bytes, mark: int) -> bool:
    """Say whether a packet, its IP header first, answers our request."""
    kind, _, _, whose, _ = _HEADER.unpack_from(packet, _AFTER_IP)
    return (kind, whose) == (_REPLY, mark)
