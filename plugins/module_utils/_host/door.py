"""The plainest proofs: an HTTP status without a token, and an open port."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from .._core.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Mapping

QUICK = 3.0


class Silent(ObserveError):
    """Nobody answered: a restart of who should have may help."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Let a redirect be an answer."""


def ask_http(item: Mapping[str, Any]) -> str:
    """Return how an answer is not as it should be. Raises ``Silent`` without an answer."""
    status, body = get(str(item["http"]), ca_file=item.get("ca_file"))
    wanted = item.get("status") or [200]
    if status not in wanted:
        return f"HTTP status {status} instead of {' or '.join(map(str, wanted))}"
    text = item.get("contains")
    return "" if not text or str(text).encode() in body else f"the answer does not contain {text!r}"


def get(url: str, headers: Mapping[str, str] | None = None, ca_file: str | None = None) -> tuple[int, bytes]:
    """Return status and beginning of an answer, whatever it is. Raises ``Silent`` when there is none."""
    handlers: list[Any] = [urllib.request.ProxyHandler({}), _NoRedirect()]
    try:
        if url.startswith("https:"):
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)))
        request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 - the blueprint's own address
        with urllib.request.build_opener(*handlers).open(request, timeout=QUICK) as answer:
            return answer.status, answer.read(1 << 20)
    except urllib.error.HTTPError as error:
        return error.code, error.read(1 << 20)
    except (OSError, http.client.HTTPException) as error:
        raise Silent(str(getattr(error, "reason", "") or error) or type(error).__name__) from error


def ask_tcp(item: Mapping[str, Any]) -> str:
    """Return nothing when somebody listens. Raises ``Silent`` otherwise."""
    host, _, port = str(item["tcp"]).rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=QUICK).close()
    except OSError as error:
        raise Silent(error.strerror or str(error)) from error
    return ""
