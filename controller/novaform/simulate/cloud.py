"""A small cloud in memory, spoken to over HTTP messages, with a clock that only moves when somebody sleeps.

It is a ``Transport``: everything above the socket is the real thing. ``faults`` may break any exchange.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from novaform.clients.cloud import credential, session, wire

from . import glance, neutron, nova
from .problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = "https://cloud.example"
SERVICES = {"compute": "/compute/v2.1", "network": "/network", "image": "/image", "identity": "/identity/v3"}

LOSE_REQUEST = "lose-request"
LOSE_ANSWER = "lose-answer"


class Cloud:
    """Keystone, Nova, Neutron and Glance of one project."""

    def __init__(self, root: str = ROOT) -> None:
        self.root = root
        self.now = 1_000_000.0
        self.log: list[tuple[str, str]] = []
        self.faults: list[Callable[[str, str], int | str | None]] = []
        self.tokens = 0
        self.nova = nova.Nova(self)
        self.neutron = neutron.Neutron(self)
        self.glance = glance.Glance(self)
        self.page = 1000

    def id(self) -> str:
        """Return a new id, the same in every run."""
        self.tokens += 1
        return str(uuid.UUID(int=0xF0 << 120 | self.tokens))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def clock(self) -> float:
        """Return the time in seconds."""
        return self.now

    def session(self) -> session.Session:
        """Return a session of this cloud."""
        auth = {"auth_url": f"{self.root}/identity", "username": "me", "password": "s3cret", "project_name": "p"}
        return session.Session(
            credential.Credential("fake", "clouds.yaml", auth), self, session.Clock(self.clock, self.clock, self.sleep)
        )

    def requests(self, method: str | None = None) -> list[tuple[str, str]]:
        """Return what was asked, perhaps of one method only."""
        return [one for one in self.log if method in {None, one[0]}]

    def fault(self, method: str, path: str) -> int | str | None:
        """Return what happens to this exchange, if anything does."""
        for fault in self.faults:
            found = fault(method, path)
            if found is not None:
                return found
        return None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> wire.Answer:
        """Make one exchange, as the real wire does."""
        parts = urlsplit(url)
        self.log.append((method, parts.path + (f"?{parts.query}" if parts.query else "")))
        fault = self.fault(method, parts.path)
        if fault == LOSE_REQUEST:
            raise wire.Lost(f"{method} {parts.path}: no answer")
        if isinstance(fault, int):
            return wire.Answer(fault, {}, b'{"error": {"message": "injected"}}')
        try:
            self.nova.understand(headers)
            status, answer, more = self.route(
                method, parts.path, dict(parse_qsl(parts.query)), self.read(headers, body)
            )
        except Problem as problem:
            status, answer, more = problem.status, {"error": {"message": str(problem)}}, {}
        if fault == LOSE_ANSWER:
            raise wire.Lost(f"{method} {parts.path}: no answer")
        return wire.Answer(status, more, b"" if answer is None else json.dumps(answer).encode())

    @staticmethod
    def read(headers: Mapping[str, str], body: Any) -> Any:
        """Return what a request carries."""
        if body is None:
            return None
        if headers.get("Content-Type") == "application/octet-stream":
            return body.read()
        body = body.read() if hasattr(body, "read") else body
        return json.loads(body)

    def route(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        """Let the right service answer."""
        if path == "/identity/v3/auth/tokens":
            return 201, self.token(), {"x-subject-token": f"token-{self.tokens}"}
        for prefix, service in (
            ("/compute/v2.1", self.nova),
            ("/network/v2.0", self.neutron),
            ("/image/v2", self.glance),
        ):
            if path.startswith(prefix):
                status, answer = service.answer(method, path[len(prefix) :] or "/", query, body)
                return status, answer, {}
        raise Problem(404, f"no route {path}")

    def token(self) -> dict[str, Any]:
        """Return what keystone says of a new token."""
        catalog = [
            {"type": kind, "endpoints": [{"interface": "public", "region_id": "one", "url": self.root + path}]}
            for kind, path in SERVICES.items()
        ]
        return {"token": {"catalog": catalog, "project": {"id": "p"}, "user": {"id": "u"}, "roles": []}}
