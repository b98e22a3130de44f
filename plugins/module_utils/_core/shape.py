"""What a managed host says is data: whether it has the shape that we asked for, before anybody reads it.

A check takes a value and returns what is wrong with it in words, or nothing. No check repeats what the host said, for
it may be ten megabytes or a command for a terminal. Every text, list and mapping has an end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Mapping

Check = Callable[[Any], str]
MOST_NAMED = 3


def flag(value: Any) -> str:
    """Check true or false."""
    return "" if isinstance(value, bool) else "is not true or false"


def number(low: float, high: float) -> Check:
    """Return a check for a number within bounds; what is not a number is not within them."""

    def check(value: Any) -> str:
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"is not a number from {low:g} to {high:g}"

    return check


def integer(low: int, high: int) -> Check:
    """Return a check for an integer within bounds."""

    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"is not an integer from {low} to {high}"

    return check


def one_of(*words: str) -> Check:
    """Return a check for one of our own words."""
    return lambda value: "" if isinstance(value, str) and value in words else f"is not one of {', '.join(words)}"


def matching(pattern: str, most: int, what: str) -> Check:
    """Return a check for a text of at most so many characters that matches a pattern as a whole."""
    whole = re.compile(pattern)

    def check(value: Any) -> str:
        good = isinstance(value, str) and len(value) <= most and whole.fullmatch(value)
        return "" if good else f"is not {what}"

    return check


def line(most: int) -> Check:
    """Return a check for a line of text that a terminal shows as it is; no placeholder begins in it."""

    def check(value: Any) -> str:
        good = isinstance(value, str) and len(value) <= most and value.isprintable() and "<" not in value
        return "" if good else f"is not a line of at most {most} plain characters"

    return check


def maybe(check: Check) -> Check:
    """Return a check for a value that may be null."""
    return lambda value: "" if value is None else check(value)


def listing(check: Check, most: int) -> Check:
    """Return a check for a list of at most so many values of one shape."""

    def check_all(value: Any) -> str:
        if not isinstance(value, list):
            return "is not a list"
        if len(value) > most:
            return f"has more than {most} entries"
        return next((f"has an entry that {wrong}" for wrong in map(check, value) if wrong), "")

    return check_all


def table(key: Check, check: Check, most: int) -> Check:
    """Return a check for a mapping of at most so many keys and values of one shape each."""

    def check_all(value: Any) -> str:
        if not isinstance(value, dict):
            return "is not a mapping"
        if len(value) > most:
            return f"has more than {most} entries"
        wrong = next((f"has a key that {wrong}" for wrong in map(key, value) if wrong), "")
        return wrong or next((f"has an entry that {wrong}" for wrong in map(check, value.values()) if wrong), "")

    return check_all


def record(fields: Mapping[str, Check]) -> Check:
    """Return a check for a mapping with exactly these fields."""
    return lambda value: "; ".join(f"{name} {wrong}" for name, wrong in wrongs(value, fields))


def wrongs(value: Any, fields: Mapping[str, Check]) -> list[tuple[str, str]]:
    """Return ``(our name of a field, what is wrong with it)``; what nobody asked for is counted, not named."""
    if not isinstance(value, dict):
        return [("it", "is not a mapping")]
    found = [(name, "is missing") for name in fields if name not in value]
    judged = [(name, check(value[name])) for name, check in fields.items() if name in value]
    found += [(name, wrong) for name, wrong in judged if wrong]
    unknown = sum(name not in fields for name in value)
    if unknown:
        found.append((f"{unknown} more", "nobody asked for"))
    return found


def sentence(found: list[tuple[str, str]]) -> str:
    """Return what is wrong as one clause: the first few, and how many more."""
    told = [f"{name} {wrong}" for name, wrong in found[:MOST_NAMED]]
    more = len(found) - MOST_NAMED
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])
