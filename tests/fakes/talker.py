"""A real socket on loopback that answers with given bytes, as slowly as it likes."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


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


def token(regions: Iterable[str]) -> dict[str, Any]:
    """Return what a Keystone with services in these regions says of a token."""
    catalog = [
        {
            "type": kind,
            "endpoints": [
                {"interface": "public", "region_id": one, "region": one, "url": f"http://{one}.example/{kind}"}
                for one in regions
            ],
        }
        for kind in ("compute", "network", "image")
    ]
    names = {"project": {"id": "p", "name": "p"}, "user": {"id": "u", "name": "me"}}
    roles = [{"id": "r", "name": "member"}]
    more = {"methods": ["password"], "expires_at": "2199-01-01T00:00:00Z", "roles": roles}
    return {"token": {"catalog": catalog, **names, **more}}


class Keystone(BaseHTTPRequestHandler):
    """Answers as it is told, and keeps what it is sent."""

    protocol_version = "HTTP/1.1"
    asked: list[bytes]
    told: tuple[int, Any, Mapping[str, str]]

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        status, body, headers = self.told
        content = json.dumps(body).encode()
        self.send_response(status)
        first = {"X-Subject-Token": f"token-{len(self.asked)}", "Content-Type": "application/json", **headers}
        for name, value in {**first, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def keystone(
    status: int = 201,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    regions: Iterable[str] = ("RegionOne",),
) -> Iterator[tuple[str, list[bytes]]]:
    """Serve a Keystone that gives a token to everybody, or answers as said; yield its address and what it was sent."""
    asked: list[bytes] = []
    told = (status, token(regions) if body is None else body, headers or {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Told", (Keystone,), {"asked": asked, "told": told}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
