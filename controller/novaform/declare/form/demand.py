"""What a record's fields demand of each other: for the loader, and in the same breath for the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Callable

    from novaform.declare.form.field import Json
    from novaform.declare.form.record import Entry

PROTOCOLS = ("tcp", "udp", "icmp", "any")
SIDES = ("from", "from_group", "to")


class Demand(NamedTuple):
    """``refuse`` returns what is wrong with an entry, or None; ``schema`` says the same to an editor."""

    refuse: Callable[[Entry], str | None]
    schema: Json


def _written_fields(entry: Entry, names: tuple[str, ...]) -> list[str]:
    """Return which of these fields somebody wrote."""
    return [name for name in names if name in entry.values]


def _one_of(words: str, *names: str) -> Demand:
    """Exactly one of these fields is given."""

    def refuse(entry: Entry) -> str | None:
        return None if len(_written_fields(entry, names)) == 1 else f"{words} {', '.join(names)}"

    return Demand(refuse, {"oneOf": [{"required": [name]} for name in names]})


def _at_most_one(*names: str) -> Demand:
    """These fields exclude each other."""

    def refuse(entry: Entry) -> str | None:
        found = _written_fields(entry, names)
        return f"{' and '.join(found)} exclude each other" if len(found) > 1 else None

    pairs = [[one, other] for place, one in enumerate(names) for other in names[place + 1 :]]
    return Demand(refuse, {"not": {"anyOf": [{"required": pair} for pair in pairs]}})


def _both(first: Demand, second: Demand) -> Demand:
    """Two demands at once."""
    return Demand(lambda entry: first.refuse(entry) or second.refuse(entry), {"allOf": [first.schema, second.schema]})


def _check_adopt(entry: Entry) -> str | None:
    """A server to adopt is named so that no other can be meant."""
    if ("name" in entry.values) != (entry.get("unique") is True):
        return "adopt by name needs unique: true, which says that no other server may have that name; by id it has none"
    return None


def _unique(*, is_so: bool) -> Json:
    """Return the schema of a field ``unique`` that says this."""
    return {"properties": {"unique": {"const": is_so}}}


NAMED: Json = {"required": ["name"]}
BY_NAME = {"if": NAMED, "then": {"required": ["unique"], **_unique(is_so=True)}, "else": _unique(is_so=False)}

RULE = _both(_one_of("a rule has exactly one of", *PROTOCOLS), _at_most_one(*SIDES))
IMAGE = _one_of("an image has one of", "file", "builtin")
KEY = _one_of("a key has one of", "public_key", "public_key_file")
USER_DATA = _one_of("user_data has one of", "file", "text")
GROUP = _at_most_one("spread", "server_group")
ADOPT = _both(_one_of("adopt has one of", "id", "name"), Demand(_check_adopt, BY_NAME))
HEALTH = _at_most_one(*core.model.WAYS_UP)
