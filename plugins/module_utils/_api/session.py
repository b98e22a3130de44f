"""Requests to the cloud's services: addresses from the catalog, one microversion, pages followed to the end.

Reading is repeated when a service stumbles; writing never is, because only the caller can find out whether it happened.
"""

from __future__ import annotations

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from .._core import hidden
from .._core.errors import ApplyError, ObserveError
from . import shape
from . import token as identity
from .answer import bare, complaint, is_away, load_json, member, next_page, parse, pause, secrets_of
from .wire import Lost, Unreached, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .credential import Credential
    from .token import Token
    from .wire import Answer, Body, Transport

OLDEST, NEWEST = (2, 69), (2, 95)
"""Below 2.69 servers of a cell that is down vanish from lists. From 2.96 on one server that was made while its quota
ran out, and so has lost its request, turns every list into an error 500 (Nova 31; mended in 34)."""
SPOKEN = {"placement": {"OpenStack-API-Version": "placement 1.14"}}
"""Services besides Nova that answer in their first version unless told; 1.14 (Pike) tells which providers are hosts."""
STUMBLES = frozenset({500, 502, 503, 504})
BUSY = frozenset({429, 503})
TRIES = 4
VERSION = re.compile(r"\d{1,4}\.\d{1,4}", re.ASCII)
Crowd = Callable[[int, Callable[[Any], Any], "Sequence[Any]"], "list[Any]"]
"""Several requests at a time: so many, what to do, to which things. MUST do it to each once, and return the results in
their order. A simulated cloud brings a crowd of its own, whose order a seed decides."""
LONGEST = 500_000
"""No project has more of anything; a list that has does not end."""


class Refused(ApplyError):
    """A service said no: ``details["status"]`` is its HTTP status."""


class Clock(NamedTuple):
    """The time of day (epoch seconds), a clock that never jumps, and a way to wait; tests bring their own."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def threads(number: int, work: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
    """Do it in threads."""
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(work, things))


class Session:
    """One project of one cloud. Threads may share it."""

    def __init__(
        self,
        credential: Credential,
        transport: Optional[Transport] = None,
        clock: Optional[Clock] = None,
        crowd: Crowd = threads,
    ) -> None:
        self.credential = credential
        self.transport = transport or _wire_of(credential)
        self.clock = clock or Clock()
        self.sleep = self.clock.sleep
        self.crowd = crowd
        self.lock = threading.Lock()
        self.held: Optional[Token] = None
        self.roots: dict[str, str] = {}
        self.version: tuple[int, ...] = NEWEST
        self.paged: set[str] = set()
        self.requests = 0
        self.pushed_back = 0
        self.quiet_until = float("-inf")
        self.guard: Callable[[], None] = lambda: None
        """Asked right before each request that may change something; what it raises keeps that from being sent."""

    def token(self, refused: Optional[Token] = None) -> Token:
        """Return the token, a new one if the one in hand was refused."""
        with self.lock:
            if self.held is None or self.held is refused:
                self.requests += 1
                self.held = identity.authenticate(self.transport, self.credential)
            return self.held

    def url(self, service: str, path: str) -> str:
        """Return the address of a service's resource."""
        if path.startswith(("http://", "https://")):
            return path
        if service not in self.roots:
            base = self.token().catalog.get(service)
            if base is None:
                place = f"interface {self.credential.interface}, region {self.credential.region or 'any'}"
                raise ObserveError(f"the catalog of cloud {self.credential.cloud} has no {service} service ({place})")
            version = {"network": "/v2.0", "image": "/v2"}.get(service, "")
            self.roots[service] = base if not version or base.endswith(version) else base + version
        return self.roots[service] + path

    def negotiate(self) -> None:
        """Find the newest useful microversion of an older Nova. Raises ``ObserveError`` for one that is too old."""
        where = self.url("compute", "/")
        newest = str(member(bare(where), self.read(where, {}), "version").get("version") or "0.0")
        if not VERSION.fullmatch(newest):
            raise ObserveError(f"GET {bare(where)}: {newest[:40]!r} is not a microversion")
        has = tuple(int(part) for part in newest.split("."))
        if has < OLDEST:
            raise ObserveError(f"this Nova knows microversion {newest}; 2.69 (Stein, 2019) or newer is needed")
        self.version = min(has, NEWEST)

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: Body = None) -> Answer:
        """Make one exchange, and again where the service says that it did nothing.

        That is with a new token when the old one is refused, and later when there are too many requests.
        """
        token = self.token()
        for turn in range(TRIES):
            self.requests += 1
            sent = {"X-Auth-Token": token.secret, "Accept": "application/json", **headers}
            if turn and body is not None and not isinstance(body, bytes):
                body.seek(0)  # the first try has read the file, and an empty one would be taken for the image
            if method != "GET":
                self.guard()
            answer = self.transport.send(method, url, sent, body)
            if answer.status == 401 and turn == 0:
                token = self.token(refused=token)
            elif answer.status == 429 and turn < TRIES - 1 and not is_away(answer):
                self.heed(answer, turn)
                self.sleep(pause(answer, turn))
            else:
                self.heed(answer, turn)
                break
        return answer

    def headers(self, service: str) -> dict[str, str]:
        """Return what a service wants to be told with each request."""
        if service != "compute":
            return dict(SPOKEN.get(service, {}))
        return {"OpenStack-API-Version": f"compute {self.version[0]}.{self.version[1]}"}

    def heed(self, answer: Answer, turn: int) -> None:
        """Take note of a service that is too busy, and until when (monotonic seconds) it wants to be left alone."""
        if answer.status in BUSY:
            self.pushed_back += 1
            self.quiet_until = max(self.quiet_until, self.clock.monotonic() + pause(answer, turn))

    def get(self, service: str, path: str, *, absent_ok: bool = False) -> Any:
        """Read one resource; None for a 404 where that is an answer. Steps down to what an older Nova understands."""
        try:
            return self.read(self.url(service, path), self.headers(service), absent_ok=absent_ok)
        except ObserveError as error:
            if error.details.get("status") != 406 or service != "compute":
                raise
        self.negotiate()
        return self.read(self.url(service, path), self.headers(service), absent_ok=absent_ok)

    def read(self, url: str, headers: Mapping[str, str], *, absent_ok: bool = False) -> Any:
        """Read one address; repeats while the service stumbles. Raises ``ObserveError``."""
        for turn in range(TRIES):
            try:
                answer = self.exchange("GET", url, headers)
            except (Lost, Unreached) as error:
                if turn == TRIES - 1 or error.details.get("late"):
                    raise
                self.sleep(0.2 * 2**turn)
                continue
            if answer.status == 404 and absent_ok:
                return None
            if answer.status < 300:
                return parse(url, answer)
            if answer.status not in STUMBLES or turn == TRIES - 1 or is_away(answer):
                break
            self.sleep(pause(answer, turn))
        raise ObserveError(f"GET {bare(url)}: {complaint(answer, self.secrets())}", status=answer.status)

    def pages(self, service: str, path: str, name: str) -> Iterator[dict[str, Any]]:
        """Yield the members of a list, to its very end; a page that fails raises, so half a list is never a list."""
        following: Optional[str] = path
        before: set[str] = set()
        number = 0
        while following:
            where = bare(self.url(service, following))
            before.add(following)
            page = self.get(service, following)
            found = shape.members(name, page, where)
            yield from found
            number += len(found)
            following = next_page(page, name, self.url(service, following))
            if following in before or number > LONGEST:
                raise ObserveError(f"GET {where}: the list of {name} does not end")
            if following:
                self.paged.add(name)

    def one(self, service: str, path: str, name: str) -> Optional[dict[str, Any]]:
        """Read one thing, None for a 404; garbled as in a list it raises ``ObserveError``."""
        told = self.get(service, path, absent_ok=True)
        where = bare(self.url(service, path))
        return None if told is None else shape.members(f"{name}s", {f"{name}s": [member(where, told, name)]}, where)[0]

    def send(self, service: str, method: str, path: str, body: Any = None) -> Any:
        """Change something, once. Raises ``Refused`` for a no, ``Lost`` where nobody can know."""
        content = None if body is None else json.dumps(body, default=hidden.expose).encode()
        headers = {**self.headers(service), **({"Content-Type": "application/json"} if content else {})}
        url = self.url(service, path)
        answer = self.exchange(method, url, headers, content)
        return _result_of(method, url, answer, self.secrets(body))

    def delete(self, service: str, path: str) -> None:
        """Send a DELETE to which 404 is as good an answer as any. Raises ``Refused`` for any other refusal."""
        try:
            self.send(service, "DELETE", path)
        except Refused as error:
            if error.details.get("status") != 404:
                raise

    def secrets(self, body: Any = None) -> list[str]:
        """Return what no answer may bring into an error: the token, and what a request has of the user's."""
        return [self.held.secret if self.held is not None else "", *secrets_of(body)]

    def upload(self, path: str, data: Body, size: int) -> None:
        """Send the bytes of an image."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        url = self.url("image", path)
        _result_of("PUT", url, self.exchange("PUT", url, headers, data))

    def patch_image(self, path: str, operations: Sequence[Mapping[str, Any]]) -> None:
        """Change an image's properties in Glance's own dialect of PATCH."""
        headers = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        url = self.url("image", path)
        _result_of("PATCH", url, self.exchange("PATCH", url, headers, json.dumps(operations).encode()))


def _wire_of(credential: Credential) -> Wire:
    """Return real HTTP for a cloud."""
    wire = Wire(credential.cacert)
    wire.client, wire.proxied = credential.client, credential.proxied
    return wire


def _result_of(method: str, url: str, answer: Answer, hide: Sequence[str] = ()) -> Any:
    """Return the answer's JSON (None without a body), or raise what its status means.

    A service that fails inside may have done it all the same.
    """
    if answer.status >= 500:
        raise Lost(f"{method} {bare(url)}: {complaint(answer, hide)}", status=answer.status)
    if answer.status >= 300:
        raise Refused(f"{method} {bare(url)}: {complaint(answer, hide)}", status=answer.status)
    try:
        return load_json(answer) if answer.body[:1] in {b"{", b"["} else None
    except ValueError as error:
        raise Lost(f"{method} {bare(url)}: the answer is cut off") from error
