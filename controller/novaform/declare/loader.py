"""From instances.yml to a ``Declaration``, or to one error that names every line that is wrong."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from novaform import core
from novaform.declare import contradict
from novaform.declare.build import Builder
from novaform.declare.form import disk
from novaform.declare.resolve import Resolver
from novaform.declare.section import SectionReader
from novaform.declare.server import Servers

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from novaform.declare.section import Sections

model = core.model


def load(
    path: str | os.PathLike[str],
    environment: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> core.model.Declaration:
    """Return what the file at ``path``, and the files it includes and refers to, declare.

    ``environment`` chooses one of the file's ``environments``; ``variables`` go over it. Raises ``DeclareError``: the
    message has one ``file:line:column: sentence`` per line, ``details["errors"]`` the same as dictionaries.
    """
    name = str(path)
    content = disk.read(name)
    with core.gc_pause.without_collector():
        reader = SectionReader(name, environment, variables or {})
        sections = reader.read(content)
        declaration = _assemble(sections, reader)
        reader.problems.raise_any()
        sources = tuple(model.Source(*source) for source in {**sections.sources, **reader.references.read}.items())
        whole = declaration._replace(sources=sources, environment=environment)
        return whole._replace(digest=_to_digest(whole, reader))


def _to_digest(declaration: core.model.Declaration, reader: SectionReader) -> str:
    """Return what changes whenever anything changes that was read (hex)."""
    asked = [reader.environment or "", *(f"{name}={value.text}" for name, value in sorted(reader.given.items()))]
    parts = [*asked, *(part for source in declaration.sources for part in source)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _assemble(sections: Sections, reader: SectionReader) -> core.model.Declaration:
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
    for said in contradict.contradictions(declaration):
        reader.problems.add_at(*said)
    return declaration._replace(external=tuple(resolver.external.values()))
