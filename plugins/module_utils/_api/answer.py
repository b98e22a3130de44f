"""What a service's answer says, and what is none: proxies in trouble, cut-off texts, and lists that never end."""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import json
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote, quote_plus, urlsplit

from .._core.errors import ObserveError
from .._core.hidden import Hidden
from .._core.text import clean_line
from . import check
from .wire import Lost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .wire import Answer

LONGEST_PAUSE = 60.0
SHORT = 4
"""Characters of a secret whose gaps in a sentence would tell it."""
LINE = 8
"""Characters of a line of user data that is taken for a part of a secret, were it alone."""
MANY = 4_000_000
"""Values in one answer: ten thousand servers have a quarter of them. Each needs up to a hundred bytes of memory."""
MARKS = (b",", b"{", b"[")
LINKS = check.each({"rel": check.TEXT, "href": check.TEXT})


def load_json(answer: Answer) -> Any:
    """Return an answer's JSON. Raises ``ValueError`` for anything else."""
    if sum(answer.body.count(mark) for mark in MARKS) > MANY:
        raise ValueError("too many values")
    try:
        return json.loads(answer.body)
    except RecursionError as error:
        raise ValueError("too deep") from error


def parse(url: str, answer: Answer) -> Any:
    """Return an answer's JSON. Raises ``ObserveError`` for anything else, as a proxy in trouble may send it."""
    try:
        return load_json(answer)
    except ValueError as error:
        raise ObserveError(f"GET {bare(url)}: the answer is not JSON") from error


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
    if not check.is_ident(found):
        raise Lost(f"{where}: the answer has no {' '.join(names)}")
    return str(found)


def pause(answer: Answer, turn: int) -> float:
    """Return how long to wait before asking again: as the service says, within reason."""
    asked = _asked_for(answer)
    return min(asked, LONGEST_PAUSE) if asked is not None else 0.2 * 2**turn


def _asked_for(answer: Answer) -> Optional[float]:
    """Return for how many seconds a service asks to be left alone; None where it does not say."""
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdecimal() and told.isascii() else None


def is_away(answer: Answer) -> bool:
    """Tell whether a service is gone for longer than anybody waits for an answer: to ask again is no use."""
    return (_asked_for(answer) or 0.0) > LONGEST_PAUSE


def bare(url: str) -> str:
    """Return an address without its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def complaint(answer: Answer, hide: Iterable[str] = ()) -> str:
    """Return a service's own words about a failure, in one line, without what is to ``hide`` if it repeats that."""
    if 300 <= answer.status < 400:
        return f"HTTP {answer.status}: moved to {check.readable(answer.headers.get('location', 'no other address'))}"
    status = f"HTTP {answer.status}"
    if is_away(answer):
        status += f"; it asks to be left alone for {_asked_for(answer):.0f} s"
    try:
        told = load_json(answer)
    except ValueError:
        return status
    inner: Any = next(iter(told.values()), {}) if isinstance(told, dict) else {}
    words = inner.get("message") or inner.get("detail") if isinstance(inner, dict) else inner
    text = _mask(" ".join(str(words).split()), hide) if words else ""
    return status + (f": {clean_line(text[:1000])}" if text else "")


def _mask(text: str, hide: Iterable[str]) -> str:
    """Return a text of one line without the secrets, in whatever form they are repeated; nothing, for short ones."""
    forms = sorted({form for secret in hide for form in _forms_of(secret)}, key=len, reverse=True)
    if any(len(form) < SHORT and form in text for form in forms):
        return ""
    for one in forms:
        text = text.replace(one, "(hidden)")
    return text


def _forms_of(secret: str) -> Iterator[str]:
    """Yield how a secret looks in a line: whole, each of its lines, quoted as in Python, JSON, HTML and URLs."""
    lines = [one for one in secret.splitlines() if len(one.strip()) >= LINE]
    for part in (secret, *lines):
        quoted = (json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1], repr(part)[1:-1])
        for one in (part, *quoted, html.escape(part), quote(part, safe=""), quote(part), quote_plus(part)):
            if one.strip():
                yield " ".join(one.split())


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
        raise ObserveError(f"GET {bare(current)}: its {name}_links are not links")
    link = next((one["href"] for one in links or () if one["rel"] == "next"), page.get("next"))
    if link is None:
        return None
    query = link.partition("#")[0].partition("?")[2] if isinstance(link, str) else ""
    if not query:
        raise ObserveError(f"GET {bare(current)}: its link to the next page is none")
    # Behind a proxy the link may name another scheme, host or folder than the catalog: only its query counts.
    return f"{current.partition('?')[0]}?{query}"
