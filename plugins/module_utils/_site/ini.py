"""The INI files of OpenStack, as oslo.config reads them: rendered whole and always the same for the same options.

oslo.config strips spaces around a value, takes off one pair of quotes, and replaces ``$name``; a value may not hold
a line break. What is written here is read back by it as exactly the value that was declared
(oslo_config/iniparser.py and ConfigOpts._substitute).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import secret
from .._core.errors import DeclareError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEADER = "# Written by Novaform, whole: what is changed here by hand is undone."


def _escape(value: str) -> str:
    r"""Return a literal value with ``$`` written so that oslo.config does not take it for a reference.

    ``\$`` and not ``$$``: after a backslash that is part of the value, oslo.config reads ``$$`` as something else.
    """
    return value.replace("$", "\\$")


def quote(value: str) -> str:
    """Return a value wrapped in quotes if oslo.config would otherwise strip something from its ends."""
    stripped = value.strip()
    wrapped = bool(value) and value[0] in "\"'" and value[0] == value[-1]
    return f'"{value}"' if stripped != value or wrapped else value


def _to_text(value: Any) -> str:
    """Return one option's value as text: booleans as ``true`` and ``false``, numbers as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def values_of(value: Any) -> list[str]:
    """Return the texts of an option's lines: none for None, one for a plain value, one for each item of a list."""
    if value is None:
        return []
    return [_to_text(item) for item in (value if isinstance(value, (list, tuple)) else [value])]


def lines_of(text: str) -> list[str]:
    """Return the lines as oslo.config sees them: only a line feed ends one, other than for ``str.splitlines``."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def rank(section: str) -> tuple[bool, str]:
    """Return the key by which sections are sorted: DEFAULT first, then by name."""
    return (section != "DEFAULT", section)


def check_section(section: str) -> None:
    """Raise ``DeclareError`` for a section name that would not be read back as itself."""
    if not section or section != section.strip() or any(mark in section for mark in "[]\n\r\0"):
        raise DeclareError(f"{section!r} is not a section of an INI file")


def check_option(section: str, option: str, values: Iterable[str]) -> None:
    """Raise ``DeclareError`` for a name or value that would break out of its line."""
    bad = not option or option != option.strip() or option[0] in "[#;" or any(mark in option for mark in "=:\n\r\0")
    if bad:
        raise DeclareError(f"[{section}] {option!r} is not an option's name in an INI file")
    if any(mark in value for value in values for mark in "\n\r\0"):
        raise DeclareError(f"the value of [{section}] {option} holds a line break or NUL: an INI file cannot hold it")


def option_lines(section: str, option: str, value: Any, secrets: Mapping[str, Any] | None) -> list[str]:
    """Return the lines of one option, with secrets resolved, or (``secrets`` None) with placeholders, to be shown."""
    texts = values_of(value)
    if secrets is not None:
        texts = [secret.resolve(text, secrets, _escape) for text in texts]
    check_option(section, option, texts)
    return [f"{option} = {text if secrets is None else quote(text)}".rstrip(" ") for text in texts]


def render(options: Mapping[str, Mapping[str, Any]], secrets: Mapping[str, Any] | None = None) -> str:
    """Return the file for ``{section: {option: value}}``: DEFAULT first, then sections and options in order of name.

    A list is written as a repeated option; None is left out. With ``secrets`` None the placeholders stay, and the
    text has the same lines in the same places.
    """
    lines = [HEADER]
    for section in sorted(options, key=rank):
        check_section(section)
        body = [
            line
            for option, value in sorted((options[section] or {}).items())
            for line in option_lines(section, option, value, secrets)
        ]
        if body:
            lines += ["", f"[{section}]", *body]
    return "\n".join(lines) + "\n"
