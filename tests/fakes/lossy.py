"""A proxy that loses answers: it lets a writing request through and, now and then, says 504 in place of the answer."""

from __future__ import annotations

import http.client
import http.server
import random
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

HOP = {"connection", "transfer-encoding", "content-length", "host"}


class Losses:
    """Which answers are lost: a share of those to requests for one path, by a seed.

    ``delay`` is what a round trip takes (seconds); a new connection costs one more.
    """

    def __init__(self, share: float, path: str, delay: float = 0.0, seed: int = 1) -> None:
        self.share = share
        self.path = path
        self.delay = delay
        self.chance = random.Random(seed)
        self.lost = 0
        self.requests = 0
        self.lock = threading.Lock()

    def loses(self, method: str, path: str) -> bool:
        """Tell whether this answer is lost."""
        with self.lock:
            self.requests += 1
            hit = method == "POST" and path.endswith(self.path) and self.chance.random() < self.share
            self.lost += hit
            return hit


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes a request on and its answer back, or loses it."""

    protocol_version = "HTTP/1.1"
    target: str
    losses: Losses

    def setup(self) -> None:
        super().setup()
        time.sleep(self.losses.delay)

    def exchange(self) -> None:
        time.sleep(self.losses.delay)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        onward = http.client.HTTPConnection(self.target, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        onward.request(self.command, self.path, body or None, {**headers, "Host": self.headers["Host"]})
        answer = onward.getresponse()
        content = answer.read()
        onward.close()
        if self.losses.loses(self.command, urlsplit(self.path).path):
            self.reply(504, [], b'{"error": {"message": "the gateway did not hear in time"}}')
        else:
            self.reply(answer.status, answer.getheaders(), content)

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        kept = [f"{name}: {value}\r\n" for name, value in headers if name.lower() not in HOP]
        head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n{''.join(kept)}\r\n"
        self.wfile.write(head.encode() + body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = exchange  # noqa: N815 - http.server's own names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def between(url: str, losses: Losses) -> Iterator[str]:
    """Stand before a cloud, and yield the address to use in its place."""
    parts = {"target": urlsplit(url).netloc, "losses": losses}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("OneHandler", (Handler,), parts))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
