"""RabbitMQ's vhosts and accounts over its management API on loopback: milliseconds, and no password in a command.

The administrator in whose name that is done is made, and after a rotation given its new password, by the broker's own
command, which is slow but needs no password. It is also how a broker is read that does not know the administrator yet.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..._api.wire import Wire
from ..._core import secret
from ..._core.errors import ApplyError, ObserveError
from ..._site.decide import broker as decision
from ..door import command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core.plan import Plan, Step

PATIENCE = 90  # seconds for a broker that has just been started
PAUSE = 0.3  # seconds between two looks
SECONDS = 20.0  # for one answer of its API
GLANCE = 5.0  # the same while we only plan
CONTROL = "rabbitmqctl"
DATA = "/var/lib/rabbitmq/mnesia"


class Broker:
    """The stage of the broker's own state."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.desired = desired
        self.admin = desired["admin"]["name"]
        passwords = {one["name"]: secret.resolve(one["password"], secrets) for one in desired["users"]}
        self.passwords = {**passwords, self.admin: secret.resolve(desired["admin"]["password"], secrets)}

    def plan(self, planned: Plan | None) -> Plan:
        """Ask for all definitions at once; a broker that never was there has none, if we only plan."""
        observed = self._wait() if planned is None else self._look(GLANCE)
        if observed is None and os.path.isdir(DATA):
            place = urlsplit(self.desired["api"]).netloc
            raise ObserveError(f"the broker answers neither at {place} nor {CONTROL}, so its accounts cannot be seen")
        return decision.decide(self.desired, self.passwords, observed or {})

    def apply(self, plan: Plan) -> None:
        """Do the steps."""
        users = {user["name"]: user for user in self.desired["users"]}
        for step in plan:
            if step.kind == "broker_user" and step.name == self.admin:
                self._make_admin(step)
            else:
                self._do(step, users)

    def _wait(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self._look(SECONDS)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                place = urlsplit(self.desired["api"]).netloc
                raise ObserveError(
                    f"the broker answers neither at {place} nor {CONTROL}: look at its log in /var/log/rabbitmq"
                )
            time.sleep(PAUSE)

    def _look(self, seconds: float) -> dict[str, Any] | None:
        """Return the broker's definitions, or None when no broker answers within ``seconds`` in either way."""
        try:
            status, text = self._request("GET", "/api/definitions", seconds=seconds)
        except ObserveError:
            status, text = 0, b""
        if status != http.client.OK:
            answer = command.run([CONTROL, "--silent", "export_definitions", "-"], timeout=3 * seconds)
            if answer is None or answer.status:
                return None
            text = answer.out.encode()
        found: dict[str, Any] = json.loads(text)
        return found

    def _make_admin(self, step: Step) -> None:
        """Make the administrator or give it its password, which the command reads from its standard input.

        It does so only with exactly these words: one option more, and its start script cuts the input off.
        """
        verb = "add_user" if step.action == "create" else "change_password"
        command.change([CONTROL, verb, self.admin], stdin=f"{self.passwords[self.admin]}\n")
        command.change([CONTROL, "set_user_tags", self.admin, decision.TAG])

    def _request(self, method: str, path: str, body: Any = None, seconds: float = SECONDS) -> tuple[int, bytes]:
        """Ask its management API. Raises ``ObserveError`` without a whole answer in time."""
        token = base64.b64encode(f"{self.admin}:{self.passwords[self.admin]}".encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        answer = Wire(timeout=seconds).send(method, f"{self.desired['api']}{path}", headers, content)
        return answer.status, answer.body

    def _change(self, method: str, path: str, body: Any = None) -> None:
        status, answer = self._request(method, path, body)
        if status >= http.client.BAD_REQUEST:
            raise ApplyError(f"the broker refused {method} {path}: {status} {answer[:200].decode(errors='replace')}")

    def _do(self, step: Step, users: Mapping[str, Mapping[str, Any]]) -> None:
        if step.kind == "vhost" and step.action == "create":
            self._change("PUT", f"/api/vhosts/{quote(step.name, safe='')}", {})
        elif step.action == "grant":
            vhost, name = step.name.rsplit(" to ", 1)
            rights = {right: users[name][right] for right in decision.RIGHTS}
            self._change("PUT", f"/api/permissions/{quote(vhost, safe='')}/{quote(name, safe='')}", rights)
        elif step.action == "delete":
            self._change("DELETE", f"/api/users/{quote(step.name, safe='')}")
        else:
            body = {"password": self.passwords[step.name], "tags": ""}
            self._change("PUT", f"/api/users/{quote(step.name, safe='')}", body)
