"""What is in the image files that a declaration names: a digest each, computed once for each state of a file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novaform import core

if TYPE_CHECKING:
    from collections.abc import Mapping


def observe_images(desired: core.desired.Desired, folder: Path) -> dict[str, dict[str, Any]]:
    """Return ``{image: {content, file}}`` for all images that come from files. ``folder`` keeps the digests.

    Raises ``DeclareError`` for a file that cannot be read.
    """
    known_at = folder / "digests.json"
    known = load_known(known_at)
    found: dict[str, dict[str, Any]] = {}
    fresh: dict[str, str] = {}
    for one in desired.wanted:
        if one.kind != "image" or not one.create.get("file"):
            continue
        path = Path(str(one.create["file"]))
        key, digest = digest_of(path, known, one.at("file"))
        fresh[key] = digest
        asked = str(one.fields.get("content", ""))
        if asked not in {"sha256:", f"sha256:{digest}"}:
            raise core.errors.DeclareError(
                f"{one.at('sha256')}: {path} has the SHA-256 {digest}, another one is declared"
            )
        found[one.name] = {"content": f"sha256:{digest}", "file": str(path)}
    if not fresh.items() <= known.items():
        keep(known_at, known, fresh)
    return found


def keep(path: Path, known: Mapping[str, str], fresh: Mapping[str, str]) -> None:
    """Keep what was computed in place of earlier states of these files; what cannot be kept is computed again."""
    renewed = {key.partition("|")[0] for key in fresh}
    others = {key: digest for key, digest in known.items() if key.partition("|")[0] not in renewed}
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half.write_text(json.dumps({**others, **fresh}))
        half.replace(path)


def holds(file: str, content: str, folder: Path) -> bool:
    """Tell whether a file (still) has a content, as ``sha256:...``; what cannot be read has not."""
    try:
        return content == f"sha256:{digest_of(Path(file), load_known(folder / 'digests.json'), file)[1]}"
    except core.errors.DeclareError:
        return False


def load_known(path: Path) -> dict[str, str]:
    """Return the kept digests; none if there are none, or they cannot be read."""
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def digest_of(path: Path, known: Mapping[str, str], origin: str) -> tuple[str, str]:
    """Return a file's state in one text, and its SHA-256."""
    try:
        stat = path.stat()
        key = f"{path.absolute()}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ino}"
        if key in known:
            return key, known[key]
        with path.open("rb") as file:
            return key, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise core.errors.DeclareError(f"{origin}: cannot read the image file {path} ({error.strerror})") from error
