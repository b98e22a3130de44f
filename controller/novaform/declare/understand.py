"""From the bytes of instances.yml to a ``Declaration``: what is done when no cache knows it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from novaform import core
from novaform.declare.build import Builder
from novaform.declare.resolve import Resolver
from novaform.declare.section import Reader
from novaform.declare.server import Servers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from novaform.declare.section import Sections

model = core.model


def understand(
    name: str, content: bytes, environment: str | None, given: Mapping[str, str]
) -> tuple[core.model.Declaration, bool]:
    """Return the declaration, and whether it stays the same as long as its files do; or raise all that is wrong."""
    reader = Reader(name, environment, given)
    sections = reader.read(content)
    declaration = assemble(sections, reader)
    reader.problems.raise_any()
    sources = tuple(model.Source(*source) for source in {**sections.sources, **reader.references.read}.items())
    asked = [reader.environment or "", *(f"{name}={value.text}" for name, value in sorted(reader.given.items()))]
    digest = hashlib.sha256("\0".join([*asked, *(part for source in sources for part in source)]).encode())
    whole = declaration._replace(sources=sources, digest=digest.hexdigest(), environment=environment)
    return whole, not reader.references.volatile


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
