"""What a socket may bring in place of an answer, each told as an error of ours, in time and within memory."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.clients.cloud import credential, session, wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b'{"servers": [' + b" " * 60_000_000 + b"]}", 9)
CHUNK = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))


def sized(body: bytes, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def served(parts: Iterable[bytes]) -> Iterator[str]:
    """Answer every connection's first request with these bytes, and close it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                made, _ = listener.accept()
            except OSError:
                return
            with made:
                made.recv(65536)
                try:
                    for part in parts:
                        made.sendall(part)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


ANSWERS = {
    "nothing": (b"", "no answer"),
    "no status": (b"hello\r\n\r\n", "no answer"),
    "an old status": (b"HTTP/0.9 200 OK\r\n\r\n", "the answer is no JSON"),
    "a status of letters": (b"HTTP/1.1 abc OK\r\n\r\n", "no answer"),
    "a long header": (OK + b"a: " + b"x" * 100_000 + b"\r\n\r\n", "no answer"),
    "many headers": (OK + b"".join(b"a%d: b\r\n" % n for n in range(500)) + b"\r\n", "no answer"),
    "cut off": (OK + b'Content-Length: 999\r\n\r\n{"servers"', "no answer"),
    "a bad chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "no answer"),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\n{", "no answer"),
    "zipped": (sized(BOMB, b"Content-Encoding: gzip\r\n"), "the answer is no JSON"),
    "a page": (sized(b"<html>"), "the answer is no JSON"),
    "a strange wait": (b"HTTP/1.1 503 No\r\nRetry-After: \xb2\r\nContent-Length: 0\r\n\r\n", "HTTP 503"),
    "a long complaint": (b"HTTP/1.1 400 No\r\n\r\n" + json.dumps({"e": {"message": "x" * 10**6}}).encode(), "HTTP 400"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_no_answer_is_an_error_of_ours(name: str) -> None:
    content, said = ANSWERS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with served([content]) as root:
        there = session.Session(credential.Credential("c", "f", {"auth_url": root}), clock=session.Clock(sleep=slept))
        there.held = session.identity.Token("s3cret", {}, "p", "u")
        with pytest.raises(core.errors.ObserveError) as caught:
            there.read(f"{root}/servers/detail", {})
    assert said in str(caught.value)
    assert f"{root}/servers/detail" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "KiB"


def slept(seconds: float) -> None:
    """Wait for nobody."""
    assert seconds < 61


def given_up(parts: Iterable[bytes], **limits: float) -> None:
    """Ask once, with these limits, and see that the answer is given up."""
    door = wire.Wire()
    for name, value in limits.items():
        setattr(door, name, value)
    with served(parts) as root, pytest.raises(wire.Lost, match="it does not end"):
        door.send("GET", f"{root}/x", {})


def test_an_answer_without_an_end_is_given_up() -> None:
    given_up([OK + b"Transfer-Encoding: chunked\r\n\r\n", *[CHUNK] * 64], largest=8 << 20)
    given_up([OK + b"Content-Length: 99999999\r\n\r\n", *[bytes(1 << 20)] * 64], largest=8 << 20)


def test_an_answer_that_drips_is_given_up() -> None:
    def drops() -> Iterator[bytes]:
        yield OK + b"Transfer-Encoding: chunked\r\n\r\n"
        for _ in range(100):
            time.sleep(0.05)
            yield b"10000\r\n%s\r\n" % bytes(1 << 16)

    began = time.monotonic()
    given_up(drops(), patience=0.3)
    assert time.monotonic() - began < 4
