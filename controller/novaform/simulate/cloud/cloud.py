"""A small cloud in memory, spoken to over HTTP messages, with a clock that only moves when somebody sleeps.

It is a ``Transport``: everything above the socket is the real thing. ``faults`` may break any exchange. Each exchange
that changes something, and each write to the journal, is an effect and has a number. ``history`` has the effects, and
all that had an accident, each with its time and the accident in words.
"""

from __future__ import annotations

import json
import random
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from novaform.cloud import credential, session, wire

from .. import fault
from . import ApiProblem, cinder, glance, host, neutron, nova, placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

    from ..fault import Accident, Fault

ROOT = "https://cloud.example"
SERVICES = {"compute": "/compute/v2.1", "network": "/network", "image": "/image", "identity": "/identity/v3"}
SERVICES |= {"volumev3": "/volume/v3", "placement": "/placement"}
TOKENS = "/identity/v3/auth/tokens"
PROJECT = "p"
NEVER = "2199-01-01T00:00:00.000000Z"
"""When tokens expire by themselves; a simulation ends them as it likes."""
QUIET = wire.Answer(0, {}, b"")


class Cloud:
    """Keystone, Nova, Neutron, Glance, Cinder and Placement as one project sees them. ``now`` is in epoch seconds.

    ``skew`` is by how much the controller's time of day is wrong; its monotonic clock never is.
    """

    def __init__(self, root: str = ROOT, seed: int = 0) -> None:
        self.root = root
        self.now = 1_000_000.0
        self.skew = 0.0
        self.chance = random.Random(seed)  # noqa: S311 - the same seed must make the same run
        self.log: list[tuple[str, str]] = []
        self.effects: list[str] = []
        self.history: list[tuple[float, str, str]] = []
        self.faults: list[Fault] = []
        self.made = 0
        self.project = PROJECT
        self.names: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.roles: list[str] = []
        self.nova = nova.Nova(self)
        self.neutron = neutron.Neutron(self)
        self.glance = glance.Glance(self)
        self.cinder = cinder.Cinder(self)
        self.placement = placement.Placement(self)
        self.services = dict(SERVICES)
        self.hosts = host.SimulatedHosts(self)
        self.page = 1000

    def id(self, name: str = "") -> str:
        """Return a new id, the same in every run, of a thing of this name."""
        self.made += 1
        made = str(uuid.UUID(int=0xF0 << 120 | self.made))
        self.names[made] = name
        return made

    def owner(self) -> dict[str, str]:
        """Return whose a thing of Neutron's is that is made now, under both of its names."""
        return {"project_id": self.project, "tenant_id": self.project}

    @contextmanager
    def stranger(self, project: str) -> Iterator[None]:
        """Let another project make things for a while."""
        self.project = project
        try:
            yield
        finally:
            self.project = PROJECT

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def clock(self) -> float:
        """Return the seconds that have passed."""
        return self.now

    def time_of_day(self) -> float:
        """Return the controller's time of day, which may be wrong."""
        return self.now + self.skew

    def session(self, crowd: session.Crowd | None = None) -> session.Session:
        """Return a session of this cloud; requests side by side are made by threads unless a crowd is given."""
        auth = {"auth_url": f"{self.root}/identity", "username": "me", "password": "s3cret", "project_name": "p"}
        clock = session.Clock(self.time_of_day, self.clock, self.sleep)
        given = credential.Credential("fake", "clouds.yaml", auth)
        return session.Session(given, self, clock, **({} if crowd is None else {"crowd": crowd}))

    def requests(self, method: str | None = None) -> list[tuple[str, str]]:
        """Return what was asked, perhaps of one method only."""
        return [one for one in self.log if method in {None, one[0]}]

    def expire(self) -> None:
        """Let all tokens expire."""
        self.tokens.clear()

    def begin(self, method: str, path: str, about: str = "") -> Accident | None:
        """Number what changes anything, and return what happens to it, if anything does."""
        text = " ".join(filter(None, (method, self.readable(path), about)))
        if fault.writes(method, path):
            self.effects.append(text)
        accident = next((found for one in self.faults if (found := one(method, path)) is not None), None)
        if isinstance(accident, int):
            accident = fault.Accident(done=False, status=accident)
        if accident is not None or fault.writes(method, path):
            self.history.append((self.now, text, "" if accident is None else str(accident)))
        return accident

    @staticmethod
    def survive(accident: Accident | None) -> None:
        """Go on, unless the accident killed whoever asked."""
        if accident is not None and accident.killed:
            raise fault.Killed

    def readable(self, path: str) -> str:
        """Return a path with names in place of ids."""
        return "/".join(self.names.get(part) or part for part in path.split("/"))

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> wire.Answer:
        """Make one exchange, as the real wire does."""
        parts = urlsplit(url)
        self.log.append((method, parts.path + (f"?{parts.query}" if parts.query else "")))
        asked = self.read(headers, body)
        accident = self.begin(method, parts.path, _about(asked))
        answer = QUIET
        if accident is None or accident.done:
            answer = self.answer(method, parts, headers, asked)
        self.survive(accident)
        if accident is None:
            if answer.status >= 400 and fault.writes(method, parts.path):
                self.history[-1] = (*self.history[-1][:2], f"answered {answer.status}")
            return answer
        if not accident.status:
            raise wire.Lost(f"{method} {parts.path}: no answer")
        return wire.Answer(accident.status, accident.headers, b'{"error": {"message": "injected"}}')

    def answer(self, method: str, parts: SplitResult, headers: Mapping[str, str], body: Any) -> wire.Answer:
        """Return a service's answer."""
        try:
            self.admit(parts.path, headers.get("X-Auth-Token"))
            self.nova.understand(headers)
            status, answer, more = self.route(method, unquote(parts.path), _to_query(parts.query), body)
        except ApiProblem as problem:
            status, answer, more = problem.status, {"error": {"message": str(problem)}}, {}
        return wire.Answer(status, more, b"" if answer is None else json.dumps(answer).encode())

    def admit(self, path: str, token: str | None) -> None:
        """Refuse a token that is not, or no longer, good."""
        if path != TOKENS and token not in self.tokens:
            raise ApiProblem(401, "The request you have made requires authentication.")

    @staticmethod
    def read(headers: Mapping[str, str], body: Any) -> Any:
        """Return what a request carries."""
        if body is None:
            return None
        content = body.read() if hasattr(body, "read") else body
        return content if headers.get("Content-Type") == "application/octet-stream" else json.loads(content)

    def route(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        """Let the right service answer."""
        if path == TOKENS:
            self.made += 1
            self.tokens.add(f"token-{self.made}")
            return 201, self.token(), {"x-subject-token": f"token-{self.made}"}
        for prefix, service in (
            ("/compute/v2.1", self.nova),
            ("/network/v2.0", self.neutron),
            ("/image/v2", self.glance),
            ("/volume/v3", self.cinder),
            ("/placement", self.placement),
        ):
            if path.startswith(prefix):
                status, answer = service.answer(method, path[len(prefix) :] or "/", query, body)
                return status, answer, {}
        raise ApiProblem(404, f"no route {path}")

    def token(self) -> dict[str, Any]:
        """Return what keystone says of a new token."""
        catalog = [
            {"type": kind, "endpoints": [{"interface": "public", "region_id": "one", "url": self.root + path}]}
            for kind, path in self.services.items()
        ]
        told = {"catalog": catalog, "project": {"id": PROJECT}, "user": {"id": "u"}, "expires_at": NEVER}
        told["roles"] = [{"name": name} for name in self.roles]
        return {"token": told}


def _about(asked: Any) -> str:
    """Return in a word what a request is about: a new thing's name, or an action."""
    if not isinstance(asked, dict) or not asked:
        return ""
    name, inner = next(iter(asked.items()))
    if isinstance(inner, dict):
        return str(inner.get("name") or ("" if name in {"port", "floatingip", "extra_specs"} else name))
    return str(asked.get("name") or name)


def _to_query(text: str) -> dict[str, str]:
    """Return a query by name; what is given several times is joined with commas."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(text):
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()}
