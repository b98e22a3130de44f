"""Desired state is written down, compared and shown; secrets must be in none of that. So it holds placeholders.

``<secret:NAME>`` stands for a secret as it is and ``<secret:NAME|url>`` for the same percent-encoded, fit for any
part of a URL. They are resolved only where a value is handed to the host; ``mask`` is the way back, for text that
the host gives us.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import DeclareError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = re.compile(r"[A-Za-z0-9_.-]+")
PLACEHOLDER = re.compile(rf"<secret:({NAME.pattern})(\|url)?>")


def _as_is(value: str) -> str:
    """Return the value itself: the writing of a secret where nothing needs escaping."""
    return value


def placeholder(name: str) -> str:
    """Return what stands for a secret."""
    return f"<secret:{name}>"


def in_url(text: str) -> str:
    """Return a text whose placeholders stand for their secrets as they are written in a URL."""
    return PLACEHOLDER.sub(r"<secret:\1|url>", text)


def names_in(value: Any) -> list[str]:
    """Return the names of the secrets that ``resolve`` would put into a value, in order, each once."""
    if isinstance(value, str):
        return list(dict.fromkeys(match.group(1) for match in PLACEHOLDER.finditer(value)))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return list(dict.fromkeys(name for one in inner for name in names_in(one)))


def resolve(value: Any, secrets: Mapping[str, Any], written: Callable[[str], str] = _as_is) -> Any:
    """Return ``value`` (text, or lists and dicts of it) with every placeholder replaced by its secret.

    ``written`` says how a secret is written in the place where it goes (the escapes of a file format).
    Raises ``DeclareError`` for a secret that is not in ``secrets`` and for what only looks like a placeholder.
    """
    if isinstance(value, str):
        return _resolve_text(value, secrets, written)
    if isinstance(value, dict):
        return {key: resolve(item, secrets, written) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolve(item, secrets, written) for item in value]
    return value


def _resolve_text(text: str, secrets: Mapping[str, Any], written: Callable[[str], str]) -> str:
    if "<secret:" not in text:
        return text
    if "<secret:" in PLACEHOLDER.sub("", text):
        raise DeclareError(f"{text!r} is not a placeholder: write <secret:NAME> or <secret:NAME|url>")

    def value_of(match: re.Match[str]) -> str:
        name, form = match.groups()
        if name not in secrets or secrets[name] is None:
            raise DeclareError(f"the secret {name} is asked for and not given: add it to the site's secrets")
        value = str(secrets[name])
        return written(quote(value, safe="") if form else value)

    return PLACEHOLDER.sub(value_of, text)


def mask(text: str, secrets: Mapping[str, Any]) -> str:
    """Return ``text`` with every secret in it, raw, percent-encoded or escaped for INI, replaced by its placeholder."""
    shown: dict[str, str] = {}
    for name in sorted(secrets):
        value = "" if secrets[name] is None else str(secrets[name])
        forms = [(value, ""), (value.replace("$", "\\$"), ""), (value.replace("$", "$$"), "")]
        for form, suffix in [*forms, (quote(value, safe=""), "|url")]:
            if form:
                shown.setdefault(form, f"<secret:{name}{suffix}>")
    if not shown:
        return text
    longest_first = sorted(shown, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda match: shown[match.group()], text)
