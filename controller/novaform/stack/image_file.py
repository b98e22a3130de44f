"""What is in the image files that a declaration names: its digests, computed once for each state of a file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Mapping

Digests = dict[str, str]
"""Of one content, in hexadecimal, by the names of their algorithms."""
ALGORITHMS = ("sha256", "sha512", "md5")
"""The first is in our mark. The second Glance computes unless it is set up otherwise, and older ones the last alone."""
PART = 1024 * 1024


def observe_images(desired: core.desired.Desired, folder: Path) -> dict[str, dict[str, Any]]:
    """Return ``{image: {content, file, digests}}`` for all images that come from files. ``folder`` keeps the digests.

    Raises ``DeclareError`` for a file that cannot be read.
    """
    known_at = folder / "digests.json"
    known = _load_known(known_at)
    found: dict[str, dict[str, Any]] = {}
    fresh: dict[str, Digests] = {}
    for one in desired.wanted:
        if one.kind != "image" or not one.create.get("file"):
            continue
        path = Path(str(one.create["file"]))
        key, digests = _digests_of(path, known, one.at("file"))
        fresh[key] = digests
        digest = digests["sha256"]
        asked = str(one.fields.get("content", ""))
        if asked not in {"sha256:", f"sha256:{digest}"}:
            raise core.errors.DeclareError(
                f"{one.at('sha256')}: {path} has the SHA-256 {digest}, another one is declared"
            )
        found[one.name] = {"content": f"sha256:{digest}", "file": str(path), "digests": digests}
    if not fresh.items() <= known.items():
        _keep(known_at, known, fresh)
    return found


def _keep(path: Path, known: Mapping[str, Digests], fresh: Mapping[str, Digests]) -> None:
    """Keep what was computed in place of earlier states of these files; what cannot be kept is computed again."""
    renewed = {key.partition("|")[0] for key in fresh}
    others = {key: digests for key, digests in known.items() if key.partition("|")[0] not in renewed}
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half.write_text(json.dumps({**others, **fresh}))
        half.replace(path)


def holds(file: str, content: str, folder: Path) -> bool:
    """Tell whether a file (still) has a content, as ``sha256:...``; what cannot be read has not."""
    try:
        return content == f"sha256:{_digests_of(Path(file), _load_known(folder / 'digests.json'), file)[1]['sha256']}"
    except core.errors.DeclareError:
        return False


def _load_known(path: Path) -> dict[str, Digests]:
    """Return the kept digests; none if there are none, or they cannot be read."""
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    found = known.items() if isinstance(known, dict) else ()
    return {key: digests for key, digests in found if isinstance(digests, dict) and set(digests) == set(ALGORITHMS)}


def _digests_of(path: Path, known: Mapping[str, Digests], origin: str) -> tuple[str, Digests]:
    """Return a file's state in one text, and its digests."""
    try:
        stat = path.stat()
        if not S_ISREG(stat.st_mode):  # a pipe or a device has no end
            raise core.errors.DeclareError(f"{origin}: the image file {path} is not a regular file")
        key = f"{path.absolute()}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ino}"
        if key in known:
            return key, known[key]
        made = [hashlib.new(name, usedforsecurity=name != "md5") for name in ALGORITHMS]
        with path.open("rb") as file:
            while part := file.read(PART):
                for one in made:
                    one.update(part)
        return key, {one.name: one.hexdigest() for one in made}
    except OSError as error:
        raise core.errors.DeclareError(f"{origin}: cannot read the image file {path} ({error.strerror})") from error
