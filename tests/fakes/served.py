"""The fake cloud behind a real socket, with real time, for what runs in a process of its own."""

from __future__ import annotations

import http.server
import io
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import yaml
from novaform.cloud import credential, session, state, wire
from novaform.simulate.cloud.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes every request on to the cloud, one at a time."""

    protocol_version = "HTTP/1.1"
    cloud: Cloud
    turn: threading.Lock
    quicker = 20.0

    def exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.turn:
            self.cloud.root = f"http://{self.headers['Host']}"  # a proxy's, if one is between
            self.cloud.now = 1_000_000.0 + time.monotonic() * self.quicker
            try:
                answer = self.cloud.send(
                    self.command, self.path, dict(self.headers), io.BytesIO(body) if body else None
                )
            except wire.Lost:
                self.close_connection = True
                return
        self.reply(answer.status, answer.headers, answer.body)

    def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send an answer in one piece: in two it would wait for the other side's delayed ACK."""
        kept = {**{name.lower(): value for name, value in headers.items()}, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
        self.wfile.write(f"HTTP/1.1 {status} -\r\n{head}\r\n".encode() + body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange  # noqa: N815 - http.server's own names

    def log_message(self, *_: object) -> None:
        """Say nothing; the tests' own output is enough."""


def clouds(folder: Path, root: str) -> Path:
    """Write a clouds.yaml for the cloud at this address."""
    auth = {"auth_url": f"{root}/identity", "username": "me", "password": "s3cret", "project_name": "p"}
    path = folder / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"fake": {"auth": auth, "region_name": "one"}}}))
    return path


def kept_at(cloud: Cloud, file: Path, stack: str, place: Path) -> Path:
    """Return where a command keeps a stack of this cloud, for which ``file`` is the clouds.yaml."""
    given = session.Session(credential.load("fake", str(file)), cloud)
    return state.folder_of(state.scope_of(given, stack), str(place))


@contextmanager
def serve(folder: Path) -> Iterator[Cloud]:
    """Serve a new cloud on loopback and write a clouds.yaml for it."""
    handler = type("Bound", (Handler,), {"turn": threading.Lock()})  # two clouds may be served at a time
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    cloud = handler.cloud = Cloud(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    clouds(folder, cloud.root)
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
