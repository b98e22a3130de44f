"""The plainest proofs: an HTTP status without a token, and an open port."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..._api import deadline
from ..._api.wire import Lost, Unreached, Wire
from ..._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Mapping

QUICK = 3.0
"""Seconds for a name, a connection and a whole answer: what listens on the same host or beside it."""


class Silent(ObserveError):
    """Nobody answered: a restart of who should have may help."""


class _Quick(Wire):
    within = patience = QUICK
    largest = 1 << 24


def ask_http(item: Mapping[str, Any]) -> str:
    """Return how an answer is not as it should be. Raises ``Silent`` without an answer."""
    status, body = get(str(item["http"]), ca_file=item.get("ca_file"))
    wanted = item.get("status") or [200]
    if status not in wanted:
        return f"HTTP status {status} instead of {' or '.join(map(str, wanted))}"
    text = item.get("contains")
    return "" if not text or str(text).encode() in body else f"the answer does not contain {text!r}"


def get(url: str, headers: Mapping[str, str] | None = None, ca_file: str | None = None) -> tuple[int, bytes]:
    """Return status and body of an answer, whatever it is. Raises ``Silent`` when there is none."""
    try:
        answer = _Quick(ca_file, QUICK).send("GET", url, dict(headers or {}))
    except (Lost, Unreached) as error:
        raise Silent(str(error)) from error
    return answer.status, answer.body


def ask_tcp(item: Mapping[str, Any]) -> str:
    """Return nothing when somebody listens. Raises ``Silent`` otherwise."""
    host, _, port = str(item["tcp"]).rpartition(":")
    try:
        deadline.connect(host.strip("[]"), int(port), time.monotonic() + QUICK).close()
    except OSError as error:
        raise Silent(error.strerror or str(error)) from error
    return ""
