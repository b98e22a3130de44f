"""A folder that tells a story: ``story.md`` for people, ``world.yml``, ``commands`` and the log that is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from novaform import core

from .play import Player

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPECTED = "expected.log"
KNOWN = {"seed": int, "hosts": list, "page": int, "microversion": str, "soft_delete": bool}


def play(folder: Path, say: Callable[[str], None]) -> Player:
    """Play the story of a folder. Raises ``DeclareError`` where a file is missing or wrong."""
    given = load(folder / "world.yml")
    player = Player(folder, say, given.get("seed", 0))
    cloud = player.world.cloud
    cloud.nova.hosts = given.get("hosts", cloud.nova.hosts)
    cloud.page = given.get("page", cloud.page)
    cloud.nova.newest = given.get("microversion", cloud.nova.newest)
    cloud.nova.reclaims = given.get("soft_delete", False)
    player.play(read(folder / "commands").splitlines())
    return player


def load(path: Path) -> dict[str, Any]:
    """Read ``world.yml``."""
    try:
        found = yaml.safe_load(read(path)) or {}
    except yaml.YAMLError as error:
        raise core.errors.DeclareError(f"{path}: is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise core.errors.DeclareError(f"{path}:1:1: must be a mapping of {', '.join(KNOWN)}")
    for name, value in found.items():
        if name not in KNOWN or not isinstance(value, KNOWN[name]):
            kinds = ", ".join(f"{one} ({kind.__name__})" for one, kind in KNOWN.items())
            raise core.errors.DeclareError(f"{path}: {name}: {value!r} is not of a world; it has {kinds}")
    return found


def read(path: Path) -> str:
    """Read a file of the folder."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise core.errors.DeclareError(f"{path}: cannot be read ({error})") from error
