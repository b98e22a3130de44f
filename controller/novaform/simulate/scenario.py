"""A folder that tells a story: ``story.md`` for people, ``world.yml``, ``commands`` and the log that is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.declare import document
from novaform.declare.form import disk

from .script import Player

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPECTED = "expected.log"
KNOWN = {"seed": int, "hosts": list, "page": int, "microversion": str, "soft_delete": bool}


def play(folder: Path, say: Callable[[str], None]) -> Player:
    """Play the story of a folder. Raises ``DeclareError`` where a file is missing or wrong."""
    given = _load(folder / "world.yml")
    player = Player(folder, say, given.get("seed", 0))
    cloud = player.world.cloud
    cloud.nova.hosts = given.get("hosts", cloud.nova.hosts)
    cloud.page = given.get("page", cloud.page)
    cloud.nova.newest = given.get("microversion", cloud.nova.newest)
    cloud.nova.reclaims = given.get("soft_delete", False)
    player.play(_read(folder / "commands").splitlines())
    return player


def _load(path: Path) -> dict[str, Any]:
    """Read ``world.yml``."""
    found = document.read(path).mapping()
    for name, value in found.items():
        if name not in KNOWN or not isinstance(value, KNOWN[name]):
            kinds = ", ".join(f"{one} ({kind.__name__})" for one, kind in KNOWN.items())
            raise core.errors.DeclareError(f"{path}: {name}: {value!r} is not of a world; it has {kinds}")
    return found


def _read(path: Path) -> str:
    """Read a file of the folder."""
    try:
        return disk.read(str(path)).decode()
    except UnicodeDecodeError as error:
        raise core.errors.DeclareError(f"{path}: is not UTF-8 text") from error
