"""Mappings whose values are made when somebody asks: of ten thousand servers few are ever made anew, or told of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional

from .._core.hidden import unseal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Origins


class View(Mapping[str, Any]):
    """A thing as a mapping: ``makers`` has a function of the thing for each name."""

    __slots__ = ("makers", "thing")

    def __init__(self, thing: Any, makers: Mapping[str, Callable[[Any], Any]]) -> None:
        self.thing = thing
        self.makers = makers

    def __getitem__(self, name: str) -> Any:
        return self.makers[name](self.thing)

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __len__(self) -> int:
        return len(self.makers)


class Places(Mapping[str, str]):
    """Where a thing ("") and each of its declared fields was written, as ``file:line:column``."""

    __slots__ = ("origins",)

    def __init__(self, origins: Origins) -> None:
        self.origins = origins

    def __getitem__(self, name: str) -> str:
        if name and not self.origins.has(name):
            raise KeyError(name)
        return str(self.origins.of(name))

    def __iter__(self) -> Iterator[str]:
        yield from self.origins.declared_fields()
        yield ""

    def __len__(self) -> int:
        return len(self.origins.declared_fields()) + 1


class Told(Mapping[str, Any]):
    """A mapping out of its JSON, which is read when somebody first asks."""

    __slots__ = ("known", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: Optional[dict[str, Any]] = None

    def read(self) -> dict[str, Any]:
        """Return the whole mapping."""
        if self.known is None:
            self.known = json.loads(self.text, object_hook=unseal)
        return self.known

    def __getitem__(self, name: str) -> Any:
        return self.read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    def __len__(self) -> int:
        return len(self.read())
