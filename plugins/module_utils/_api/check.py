"""Is this mapping of JSON what it should be? Told of a hundred thousand in a plan, so quickly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable

from .._core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    Check = Callable[[Any], bool]


class Missing:
    """Stands for a key that is not there."""


MISSING = Missing()
NONE = type(None)
TEXT, TEXT_OR_NONE = (str,), (str, NONE)
PERHAPS_TEXT, PERHAPS_FLAG, PERHAPS_NUMBER = (str, NONE, Missing), (bool, Missing), (int, NONE, Missing)
MOST = 2**53
"""No size is larger, and no number beyond it is the same in every JSON."""
IDENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_. :@-]{0,253}[A-Za-z0-9_.:@-])?")
"""An id is part of paths: one with a slash would lead elsewhere. Those of flavors may have blanks."""


def is_ident(value: object) -> bool:
    """Tell whether a value can be an id."""
    return isinstance(value, str) and IDENT.fullmatch(value) is not None and ".." not in value


def readable(text: object, most: int = 300) -> str:
    """Return what somebody else says in one bounded line that no terminal takes for a command."""
    line = clean_line(" ".join(str(text).split()))
    return line if len(line) <= most else f"{line[:most]}…"


def texts(value: Any) -> bool:
    """Tell whether this is a list of texts."""
    return type(value) is list and {str}.issuperset(map(type, value))


def pairs(value: Any) -> bool:
    """Tell whether all values of a mapping are texts."""
    return {str}.issuperset(map(type, value.values()))


class Fields:
    """What a mapping must have. Most of a list is alike, so the kinds of values that were good once are remembered."""

    def __init__(self, types: Mapping[str, tuple[type, ...]]) -> None:
        self.types = types
        self.required = frozenset(key for key, kinds in types.items() if Missing not in kinds)
        self.good: dict[tuple[type, ...], tuple[str, ...]] = {}

    def wrong(self, value: Mapping[str, Any]) -> str:
        """Return the first key that is missing, of another type (true is not a number), or beyond all sizes."""
        kinds = tuple(map(type, map(value.get, self.types)))
        numbers = self.good.get(kinds)
        if numbers is None or not self.required <= value.keys():
            for key, types in self.types.items():
                if type(value.get(key, MISSING)) not in types:
                    return key
            numbers = tuple(key for key in self.types if type(value.get(key)) is int)
            self.good[kinds] = numbers
        return next((key for key in numbers if not -MOST < value[key] < MOST), "")


def of(types: Mapping[str, tuple[type, ...]]) -> Check:
    """Return a check of one mapping."""
    fields = Fields(types)
    return lambda value: type(value) is dict and not fields.wrong(value)


def each(types: Mapping[str, tuple[type, ...]]) -> Check:
    """Return a check of a list of mappings."""
    check = of(types)
    return lambda value: all(map(check, value))


def groups(value: Any) -> bool:
    """Tell whether these are addresses by network."""
    return all(type(one) is list and ADDRESSES(one) for one in value.values())


ADDRESSES = each({"addr": TEXT})


def image(value: Any) -> bool:
    """Tell whether this names an image; an empty text stands for none."""
    return value == "" if isinstance(value, str) else is_ident(value.get("id"))


def is_bare(url: str) -> bool:
    """Tell whether an address is only one: a user, a password or a query in it would be shown wherever it is."""
    return not set("@?#") & set(url) and all("!" <= one <= "~" for one in url)
