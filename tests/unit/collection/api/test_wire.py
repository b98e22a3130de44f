"""What a socket may bring in place of an answer, each told as an error of ours, in time and within memory."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from fakes.talker import Drip, served
from novaform import core
from novaform.cloud import credential, session, wire

if TYPE_CHECKING:
    from collections.abc import Iterable

OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b'{"servers": [' + b" " * 60_000_000 + b"]}", 9)
CHUNK = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))


def sized(body: bytes, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


ANSWERS = {
    "nothing": (b"", "no answer"),
    "no status": (b"hello\r\n\r\n", "no answer"),
    "an old status": (b"HTTP/0.9 200 OK\r\n\r\n", "the answer is not JSON"),
    "a status of letters": (b"HTTP/1.1 abc OK\r\n\r\n", "no answer"),
    "a long header": (OK + b"a: " + b"x" * 100_000 + b"\r\n\r\n", "no answer"),
    "many headers": (OK + b"".join(b"a%d: b\r\n" % n for n in range(500)) + b"\r\n", "no answer"),
    "cut off": (OK + b'Content-Length: 999\r\n\r\n{"servers"', "no answer"),
    "a bad chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "no answer"),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\n{", "no answer"),
    "zipped": (sized(BOMB, b"Content-Encoding: gzip\r\n"), "the answer is not JSON"),
    "a page": (sized(b"<html>"), "the answer is not JSON"),
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


def given_up(parts: Iterable[bytes], said: str = "it does not end", **limits: float) -> float:
    """Ask once, with these limits, see that the answer is given up, and return after how long."""
    door = wire.Wire()
    for name, value in limits.items():
        setattr(door, name, value)
    began = time.monotonic()
    with served(parts) as root, pytest.raises(wire.Lost, match=said) as caught:
        door.send("GET", f"{root}/x", {})
    assert bool(caught.value.details["late"]) == ("within" in said)
    return time.monotonic() - began


def test_an_answer_without_an_end_is_given_up() -> None:
    given_up([OK + b"Transfer-Encoding: chunked\r\n\r\n", *[CHUNK] * 64], largest=8 << 20)
    given_up([OK + b"Content-Length: 99999999\r\n\r\n", *[bytes(1 << 20)] * 64], largest=8 << 20)


def test_a_head_without_an_end_is_given_up() -> None:
    given_up([b"HTTP/1.1 100 Continue\r\na: b\r\n\r\n"] * 100_000, "its head does not end")
    given_up([OK, *[b"a: " + b"b" * 60_000 + b"\r\n"] * 50], "its head does not end")


DRIPS = {
    "a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n%s\r\n" % bytes(1 << 16), "patience"),
    "a byte": (OK + b"Content-Length: 1000\r\n\r\n", b"x", "patience"),
    "a byte of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b"x", "patience"),
    "a byte of a head": (OK, b"a", "timeout"),
    "a byte of a status": (b"", b"H", "timeout"),
    "a head": (OK, b"a: b\r\n", "timeout"),
    "nothing yet": (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", "timeout"),
}


@pytest.mark.parametrize("name", DRIPS)
def test_an_answer_that_drips_ends_at_the_deadline(name: str) -> None:
    head, drop, limit = DRIPS[name]
    assert given_up(Drip(head, drop), "no answer within 0 s", **{limit: 0.3}) < 2


def test_a_peer_that_drips_is_not_asked_again() -> None:
    door = wire.Wire(timeout=0.3)
    with served(Drip(OK, b"a")) as root:
        there = session.Session(credential.Credential("c", "f", {"auth_url": root}), door)
        there.held = session.identity.Token("s3cret", {}, "p", "u")
        began = time.monotonic()
        with pytest.raises(wire.Lost, match="no answer within"):
            there.read(f"{root}/servers/detail", {})
    assert time.monotonic() - began < 2
    assert there.requests == 1


def test_a_handshake_that_drips_ends_at_the_deadline() -> None:
    door = wire.Wire()
    door.within = 0.3
    began = time.monotonic()
    slow = Drip(b"\x16\x03\x03\x10\x00", b"\x02")
    with served(slow) as root, pytest.raises(wire.Unreached, match="cannot connect"):
        door.send("GET", f"{root.replace('http:', 'https:')}/x", {})
    assert time.monotonic() - began < 2


def test_a_peer_that_does_not_take_a_request_ends_at_the_deadline() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    door = wire.Wire()
    door.patience = 0.3
    began = time.monotonic()
    with listener, pytest.raises(wire.Lost, match="no answer within"):
        door.send("PUT", f"http://127.0.0.1:{listener.getsockname()[1]}/x", {}, bytes(32 << 20))
    assert time.monotonic() - began < 2


def test_a_larger_upload_may_take_longer() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    door = wire.Wire()
    door.patience, door.slowest = 0.2, 1 << 20
    began = time.monotonic()
    headers = {"Content-Length": str(1 << 20)}
    with listener, pytest.raises(wire.Lost, match="no answer within"):
        door.send("PUT", f"http://127.0.0.1:{listener.getsockname()[1]}/x", headers, bytes(32 << 20))
    assert 1 < time.monotonic() - began < 4


def test_connections_are_kept_and_an_answer_may_end_with_one() -> None:
    chunk = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    answers = [sized(b"{}"), OK + chunk, OK + b"Connection: close\r\n\r\n{}"]
    listener = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve() -> None:
        made, _ = listener.accept()
        with made:
            for answer in answers:
                seen.append(made.recv(65536))
                made.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    door = wire.Wire()
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert [door.send("GET", f"{root}/{number}", {}).body for number in range(3)] == [b"{}"] * 3
    thread.join()
    listener.close()
    assert len(seen) == 3
