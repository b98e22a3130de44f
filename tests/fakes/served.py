"""The fake cloud behind a real socket, with real time, for what runs in a process of its own."""

from __future__ import annotations

import http.server
import io
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import yaml
from novaform.clients.cloud import wire
from novaform.simulate.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator
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
            self.cloud.now = 1_000_000.0 + time.monotonic() * self.quicker
            try:
                answer = self.cloud.send(
                    self.command, self.path, dict(self.headers), io.BytesIO(body) if body else None
                )
            except wire.Lost:
                self.close_connection = True
                return
        head = b"".join(f"{name}: {value}\r\n".encode() for name, value in answer.headers.items())
        size = f"HTTP/1.1 {answer.status} -\r\nContent-Length: {len(answer.body)}\r\n".encode()
        self.wfile.write(size + head + b"\r\n" + answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange  # noqa: N815 - http.server's own names

    def log_message(self, *_: object) -> None:
        """Say nothing; the tests' own output is enough."""


@contextmanager
def serve(folder: Path) -> Iterator[Cloud]:
    """Serve a new cloud on loopback and write a clouds.yaml for it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cloud = Cloud(f"http://127.0.0.1:{server.server_port}")
    Handler.cloud, Handler.turn = cloud, threading.Lock()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    auth = {"auth_url": f"{cloud.root}/identity", "username": "me", "password": "s3cret", "project_name": "p"}
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"fake": {"auth": auth}}}))
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
