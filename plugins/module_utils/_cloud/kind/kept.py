"""What is kept of the long lists: ten thousand servers with their ports are to fit into less than a hundred MiB.

Of each member the fields that somebody reads, and of what many members say alike one value for all.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Raw = dict[str, Any]


class Row:
    """Its ``vars`` are the mapping that was given: those of all objects of a class share their names, and take half."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class KeptFields(NamedTuple):
    """What is kept of a member: these fields, in a row of this class; ``alike`` is what most say in the same words."""

    fields: tuple[str, ...]
    row: type[Row]
    alike: frozenset[str]


class Keeper:
    """Keeps the members of one list."""

    def __init__(self, kept: Optional[KeptFields]) -> None:
        self.kept = kept
        self.first: dict[str, Any] = {}

    def keep(self, raw: Raw) -> Raw:
        """Return what is kept of one member."""
        if self.kept is None:
            return raw
        alike = self.kept.alike
        values = {name: raw[name] for name in self.kept.fields if name in raw}
        for name, value in values.items():
            if type(value) is str:
                values[name] = intern(value)
            elif name in alike:
                values[name] = self.first.setdefault(repr(value), value)
            elif name == "metadata" and type(value) is dict:
                values[name] = {key: intern(text) if type(text) is str else text for key, text in value.items()}
        return vars(self.kept.row(values))


def query_of(kept: Optional[KeptFields]) -> str:
    """Return what asks Neutron for the fields that are kept; empty for all. Nova always tells everything."""
    return "".join(f"&fields={name}" for name in kept.fields) if kept is not None else ""


def drain(members: list[Raw]) -> Iterator[Raw]:
    """Yield the members of a list and let each go, so that it and what is made of it are not there at one time."""
    members.reverse()
    while members:
        yield members.pop()
