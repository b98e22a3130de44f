"""What a service's answer says, and what is none: proxies in trouble, cut-off texts, and lists that never end."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import urlsplit

from .._core.errors import ObserveError
from .._core.hidden import Hidden
from .._core.text import clean_line
from . import form
from .wire import Lost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .wire import Answer

LINKS = form.each({"rel": form.TEXT, "href": form.TEXT})


def loaded(answer: Answer) -> Any:
    """Return an answer's JSON. Raises ``ValueError`` for anything else."""
    try:
        return json.loads(answer.body)
    except RecursionError as error:
        raise ValueError("too deep") from error


def parsed(url: str, answer: Answer) -> Any:
    """Return an answer's JSON. Raises ``ObserveError`` for anything else, as a proxy in trouble may send it."""
    try:
        return loaded(answer)
    except ValueError as error:
        raise ObserveError(f"GET {bare(url)}: the answer is no JSON") from error


def member(where: str, told: Any, name: str) -> dict[str, Any]:
    """Return the one thing that an answer is about. Raises ``ObserveError`` where there is none."""
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, dict):
        raise ObserveError(f"GET {where}: the answer has no {name}")
    return found


def ident_of(where: str, told: Any, *names: str) -> str:
    """Return the id of what was just made. Raises ``Lost`` where the answer has none: it may be there all the same."""
    found = told
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not form.is_ident(found):
        raise Lost(f"{where}: the answer has no {' '.join(names)}")
    return str(found)


def pause(answer: Answer, turn: int) -> float:
    """Return how long to wait before asking again: as the service says, within reason."""
    told = answer.headers.get("retry-after", "")
    return min(float(told), 60.0) if told.isdecimal() and told.isascii() else 0.2 * 2**turn


def bare(url: str) -> str:
    """Return an address without its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def complaint(answer: Answer, hide: Iterable[str] = ()) -> str:
    """Return a service's own words about a failure, in one line, without what is to ``hide`` if it repeats that."""
    if 300 <= answer.status < 400:
        return f"HTTP {answer.status}: moved to {form.readable(answer.headers.get('location', 'no other address'))}"
    try:
        told = loaded(answer)
    except ValueError:
        return f"HTTP {answer.status}"
    inner: Any = next(iter(told.values()), {}) if isinstance(told, dict) else {}
    words = inner.get("message") or inner.get("detail") if isinstance(inner, dict) else inner
    text = " ".join(str(words).split()) if words else ""
    for secret in filter(None, (" ".join(one.split()) for one in hide)):
        text = text.replace(secret, "(hidden)")
    return f"HTTP {answer.status}" + (f": {clean_line(text[:1000])}" if text else "")


def secrets_of(body: Any) -> list[str]:
    """Return what a request has of the user's secrets: user data, as it is sent and as it was written, and metadata."""
    inner = [one for one in body.values() if isinstance(one, dict)] if isinstance(body, dict) else []
    sent = [str(one["user_data"]) for one in inner if one.get("user_data")]
    metadata = [one.get("metadata") for one in ([body, *inner] if isinstance(body, dict) else [])]
    values = [value for one in metadata if isinstance(one, dict) for value in one.values()]
    sent += [value.reveal() for value in values if isinstance(value, Hidden)]
    with contextlib.suppress(binascii.Error):
        return sent + [base64.b64decode(one).decode(errors="replace") for one in sent]
    return sent


def next_page(page: Mapping[str, Any], name: str, current: str) -> Optional[str]:
    """Return the address of the following page, in whichever of their three ways a service says it.

    Raises ``ObserveError`` for a link that is none: taken for the end it would make half a list a whole one.
    """
    links = page.get(f"{name}_links")
    if links is not None and not (isinstance(links, list) and LINKS(links)):
        raise ObserveError(f"GET {bare(current)}: its {name}_links are no links")
    link = next((one["href"] for one in links or () if one["rel"] == "next"), page.get("next"))
    if link is None:
        return None
    query = link.partition("#")[0].partition("?")[2] if isinstance(link, str) else ""
    if not query:
        raise ObserveError(f"GET {bare(current)}: its link to the next page is none")
    # Behind a proxy the link may name another scheme, host or folder than the catalog: only its query counts.
    return f"{current.partition('?')[0]}?{query}"
