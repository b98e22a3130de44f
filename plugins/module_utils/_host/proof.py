"""A started unit is not yet a service that answers. Proofs are waited for, all at once, before a component is done."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from .._core.errors import ApplyError, DeclareError
from .._core.plan import Plan
from . import systemd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WITHIN = 60.0
QUICK = 2.0
STEADY = 2.0
POLLS = (0.2, 0.2, 0.4, 0.6, 1.0)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Let a redirect be an answer."""


class Proofs:
    """The last stage: it takes no steps, and in a real run it ends only when every proof holds."""

    def __init__(self, items: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any]) -> None:
        self.items = items
        self.secrets = secrets
        for item in items:
            if not {"http", "tcp", "unit"} & set(item):
                raise DeclareError(f"{dict(item)} proves nothing: give http, tcp or unit")

    def plan(self, planned: Plan | None) -> Plan:
        """Wait for the proofs, in a real run. Raises ``ApplyError`` naming each that did not come to hold in time."""
        if planned is None:
            failed = self._ask([float(item.get("within", WITHIN)) for item in self.items])
            if failed:
                raise ApplyError("\n".join(self._sentence(self.items[index], said) for index, said in failed))
        return Plan()

    def apply(self, plan: Plan) -> None:
        """Do nothing: there is never a step."""

    def holds_now(self) -> bool:
        """Return whether every proof holds at this moment. Takes two seconds at most."""
        return not self.failing_now()

    def failing_now(self) -> list[tuple[int, str]]:
        """Return the index and the answer of each proof that does not hold at this moment."""
        return self._ask([0.0] * len(self.items))

    def _ask(self, patience: Sequence[float]) -> list[tuple[int, str]]:
        """Return the indexes of the proofs that failed, each with the last answer. All are asked at the same time."""
        answers = [""] * len(self.items)

        def watch(index: int) -> None:
            answers[index] = wait(self.items[index], patience[index])

        threads = [threading.Thread(target=watch, args=(index,), daemon=True) for index in range(len(self.items))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [(index, answer) for index, answer in enumerate(answers) if answer]

    def _sentence(self, item: Mapping[str, Any], said: str) -> str:
        words = systemd.last_words(item["unit"], self.secrets) if item.get("unit") else ""
        return f"{name(item)} does not hold: {said}" + (f"; {item['unit']} said:\n{words}" if words else "")


def name(item: Mapping[str, Any]) -> str:
    """Return what a proof asks, as it is named in errors."""
    return str(item.get("http") or item.get("tcp") or f"unit {item['unit']}")


def wait(item: Mapping[str, Any], within: float) -> str:
    """Ask until the proof holds (then return nothing) or the time is over (then return the last answer)."""
    deadline = time.monotonic() + within
    for attempt in range(10**6):
        said = ask(item)
        if not said or time.monotonic() >= deadline:
            return said
        time.sleep(POLLS[min(attempt, len(POLLS) - 1)])
    return "it was never asked"


def ask(item: Mapping[str, Any]) -> str:
    """Ask once. Return nothing when the proof holds, otherwise what was found instead."""
    if item.get("http"):
        return _ask_http(item)
    return _ask_tcp(str(item["tcp"])) if item.get("tcp") else _ask_unit(item)


def _ask_http(item: Mapping[str, Any]) -> str:
    handlers: list[Any] = [urllib.request.ProxyHandler({}), _NoRedirect()]
    body = b""
    try:
        if str(item["http"]).startswith("https:"):
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=item.get("ca_file"))))
        with urllib.request.build_opener(*handlers).open(item["http"], timeout=QUICK) as answer:
            status, body = answer.status, answer.read(1 << 20)
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read(1 << 20)
    except (OSError, http.client.HTTPException) as error:
        return str(getattr(error, "reason", "") or error) or type(error).__name__
    wanted = item.get("status") or [200]
    if status not in wanted:
        return f"HTTP status {status} instead of {' or '.join(map(str, wanted))}"
    text = item.get("contains")
    return "" if not text or str(text).encode() in body else f"the answer does not contain {text!r}"


def _ask_tcp(address: str) -> str:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=QUICK).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _ask_unit(item: Mapping[str, Any]) -> str:
    state = systemd.show([item["unit"]])[item["unit"]]
    if state["ActiveState"] != "active":
        return f"it is {state['ActiveState']} ({state['SubState']}, {state['Result']})"
    up = time.clock_gettime(time.CLOCK_MONOTONIC) - int(state["ActiveEnterTimestampMonotonic"] or 0) / 1e6
    steady = float(item.get("steady", STEADY))
    return "" if up >= steady else f"it has been up for only {up:.1f} of {steady:.0f} s"
