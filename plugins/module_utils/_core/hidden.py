"""A value that came from where secrets are kept. It is compared and sent; who shows it shows a short digest.

``str``, ``repr`` and ``format`` give ``(secret) 1a2b3c4d``, and so does JSON that is written with ``default=str``: a
change stays visible and the value does not. JSON without a ``default`` refuses it. Three functions can be one:
``expose`` for requests, ``seal`` for the module, which gets the value, and ``forget`` for the journal, which does not.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Optional

from .errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

DIGITS = 8
SEALED = "$hidden"
FORGOTTEN = "$digest"
"""No field of a declaration can bear these names."""
EVERY = "*"


class Hidden:
    """A text that is not shown. ``value`` is None where only the digest (hex) is remembered.

    Two are equal when their values are, as far as these are known. One is never equal to a plain text.
    """

    __slots__ = ("digest", "value")

    def __init__(self, value: Optional[str], digest: str = "") -> None:
        self.value = value
        self.digest = digest or hashlib.sha256((value or "").encode()).hexdigest()[:DIGITS]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hidden):
            return False
        return self.digest == other.digest and (None in (self.value, other.value) or self.value == other.value)

    def __hash__(self) -> int:
        return hash((SEALED, self.digest))

    def __repr__(self) -> str:
        return f"(secret) {self.digest}"

    def reveal(self) -> str:
        """Return the value. Raises ``ApplyError`` where it is forgotten."""
        if self.value is None:
            raise ApplyError(f"{self} is not kept: declare it, and apply that")
        return self.value


def expose(value: Any) -> Any:
    """Return the value for a request to the cloud."""
    if isinstance(value, Hidden):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} is not JSON")


def seal(value: Any) -> Any:
    """Return what ``unseal`` makes the same value of; for files that nobody else reads and nothing outlives."""
    return {SEALED: value.reveal()} if isinstance(value, Hidden) else str(value)


def forget(value: Any) -> Any:
    """Return what ``unseal`` makes a value of that equals this one and cannot be revealed."""
    return {FORGOTTEN: value.digest} if isinstance(value, Hidden) else str(value)


def unseal(plain: dict[str, Any]) -> Any:
    """Return the hidden value that a mapping of JSON stands for, or the mapping (an ``object_hook``)."""
    if len(plain) == 1:
        if SEALED in plain:
            return Hidden(plain[SEALED])
        if FORGOTTEN in plain:
            return Hidden(None, str(plain[FORGOTTEN]))
    return plain


def show(value: Any) -> Any:
    """Return a value of lists and mappings with a text for each hidden one."""
    if isinstance(value, dict):
        return {name: show(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [show(one) for one in value]
    return str(value) if isinstance(value, Hidden) else value


def cover(values: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return what was seen with the values of these names hidden; of all, where ``*`` is among them."""
    return {
        name: Hidden(value) if isinstance(value, str) and (name in names or EVERY in names) else value
        for name, value in values.items()
    }
