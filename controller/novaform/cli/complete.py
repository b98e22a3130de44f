"""What a shell may complete a word to. None of this may fail: where nothing can be read, nothing is offered."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from novaform import cloud, core
from novaform.stack import explain, stack

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = "instances.yml"


def fitting(words: Iterable[str], incomplete: str) -> list[str]:
    """Return the words that begin with what was typed."""
    return [word for word in words if word.startswith(incomplete) and word.isprintable()]


def consequences(incomplete: str) -> list[str]:
    """Return consequences."""
    return fitting(core.consequence.LADDER, incomplete)


def healable_classes(incomplete: str) -> list[str]:
    """Return the classes of drift that can be healed."""
    return fitting((*core.policy.HEALED, core.policy.NOTHING), incomplete)


def on_error(incomplete: str) -> list[str]:
    """Return what may happen to a server in ERROR."""
    return fitting(core.policy.ON_ERROR, incomplete)


def clouds(incomplete: str) -> list[str]:
    """Return the entries of clouds.yaml."""
    with contextlib.suppress(core.errors.Error):
        content = cloud.credential.read(cloud.credential.find_file(None))
        return fitting(map(str, content.get("clouds") or {}), incomplete)
    return []


def declared_servers(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the servers of the declaration."""
    return [name for name in declared_things(ctx, incomplete) if "/" not in name]


def declared_things(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the servers by their keys, and what they need as ``network/private``."""
    with contextlib.suppress(core.errors.Error):
        declaration = stack.load(stack.Where(Path(ctx.params.get("file") or FILE)))
        return fitting(explain.names(core.flatten.from_declaration(declaration).wanted), incomplete)
    return []
