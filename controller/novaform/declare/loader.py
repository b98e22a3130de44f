"""From instances.yml to a ``Declaration``, or to one error that names every line that is wrong."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from novaform import core
from novaform.declare import cache, positions
from novaform.declare.build import Builder
from novaform.declare.resolve import Resolver
from novaform.declare.section import Reader, Sections
from novaform.declare.server import Servers

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

model = core.model


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
    content = positions.read(name)
    with positions.without_collector():
        if cache_dir is None:
            return understand(Reader(name, environment, given), content)
        place = cache.Place(cache_dir, cache.to_key(name, content, environment, given))
        known = place.find()
        if known is not None:
            return known
        reader = Reader(name, environment, given)
        declaration = understand(reader, content)
        if not reader.references.volatile:
            place.keep(declaration)
        return declaration


def understand(reader: Reader, content: bytes) -> core.model.Declaration:
    """Return the declaration, or raise with everything that is wrong."""
    sections = reader.read(content)
    declaration = assemble(sections, reader)
    reader.problems.raise_any()
    sources = tuple(model.Source(*source) for source in {**sections.sources, **reader.references.read}.items())
    asked = [reader.environment or "", *(f"{name}={value.text}" for name, value in sorted(reader.given.items()))]
    digest = hashlib.sha256("\0".join([*asked, *(part for source in sources for part in source)]).encode())
    return declaration._replace(sources=sources, digest=digest.hexdigest(), environment=reader.environment)


def assemble(sections: Sections, reader: Reader) -> core.model.Declaration:
    """Return the values of all that is whole; problems go to the reader's list."""
    builder, resolver = Builder(sections, reader.context), Resolver(sections, reader.context)
    servers = Servers(sections, reader.context).all()
    declaration = model.Declaration(
        stack=sections.stack,
        servers=servers,
        flavors=builder.flavors(),
        keys=builder.keys(),
        networks=builder.networks(),
        routers=builder.routers(),
        security_groups=builder.security_groups(),
        images=builder.images(),
        volumes=resolver.hand_out(builder.volumes(), servers),
        server_groups=resolver.server_groups(builder.server_groups()),
    )
    resolver.follow_servers(servers)
    resolver.follow_networks(declaration)
    return declaration._replace(external=tuple(resolver.external.values()))
