"""From instances.yml to a ``Declaration``, or to one error that names every line that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novaform import core
from novaform.declare import cache, disk

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


def load(
    path: str | os.PathLike[str],
    environment: str | None = None,
    variables: Mapping[str, str] | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> core.model.Declaration:
    """Return what the file at ``path``, and the files it includes and refers to, declare.

    ``environment`` chooses one of the file's ``environments``; ``variables`` go over it. With ``cache_dir`` an
    unchanged declaration is not parsed again. Raises ``DeclareError``: the message has one
    ``file:line:column: sentence`` per line, ``details["errors"]`` the same as dictionaries.
    """
    name, given = str(path), dict(variables or {})
    content = disk.read(name)
    with core.collector.without_collector():
        place = cache.Place(cache_dir, cache.to_key(name, content, environment, given)) if cache_dir else None
        known = place.find() if place else None
        if known is not None:
            return known
        from novaform.declare import understand  # with the YAML parser, which an unchanged declaration does not need

        declaration, lasting = understand.understand(name, content, environment, given)
        if place and lasting:
            place.keep(declaration)
        return declaration
