"""What should be in the cloud, one flat value per thing, as ``decide`` compares it and as modules are given it.

A declaration says it in a person's words; this is the same in the cloud's: ``wanted.fields`` holds exactly the fields
that are to be compared, so that a field nobody declared can never differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Wanted(NamedTuple):
    """One desired thing.

    ``fields`` are compared; ``create`` holds what is needed besides to make it. ``origin`` maps a field to
    ``file:line:column`` ("" for the thing itself). ``needs`` are (kind, name) that must be there before it.
    ``policy`` says per field what to do on change. ``state`` of a server as in the declaration, else ``active``.
    ``adopt`` is ``{id}`` or ``{name}`` of a server that somebody else made and that this is; empty for none.
    """

    kind: str
    key: str
    name: str
    uid: str
    fields: Mapping[str, Any]
    create: Mapping[str, Any] = {}
    origin: Mapping[str, str] = {}
    needs: tuple[tuple[str, str], ...] = ()
    policy: Mapping[str, str] = {}
    state: str = "active"
    protect: bool = False
    hold: bool = False
    adopt: Mapping[str, str] = {}

    def at(self, field: str = "") -> str:
        """Return where a field was written, or the thing itself where nobody wrote the field."""
        return self.origin.get(field) or self.origin.get("", "")

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**self._asdict(), "create": dict(self.create), "origin": dict(self.origin)}


class External(NamedTuple):
    """A name that must exist in the cloud although the declaration does not make it."""

    kind: str
    name: str
    origin: str = ""
    suggestion: str = ""


class Desired(NamedTuple):
    """A whole stack, in the order in which its things depend on each other."""

    stack: str
    wanted: tuple[Wanted, ...] = ()
    external: tuple[External, ...] = ()
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` reads back."""
        return {
            "stack": self.stack,
            "digest": self.digest,
            "wanted": [wanted.to_json() for wanted in self.wanted],
            "external": [external._asdict() for external in self.external],
        }


def from_json(plain: Mapping[str, Any]) -> Desired:
    """Read what ``to_json`` wrote."""
    wanted = tuple(
        Wanted(**{**one, "needs": tuple((kind, name) for kind, name in one["needs"])}) for one in plain["wanted"]
    )
    external = tuple(External(**one) for one in plain["external"])
    return Desired(plain["stack"], wanted, external, plain.get("digest", ""))
