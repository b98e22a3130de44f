"""What we did last, on the host's own disk, readable by root only: what each unit was started with, what we wrote.

With it a run that was killed is told from one that ended, and a file that somebody else changed from one that we
changed ourselves.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ..._core.errors import ApplyError
from . import atomic

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "/var/lib/novaform/units"
FILES = "/var/lib/novaform/files"


def load(name: str, folder: str = FOLDER) -> dict[str, Any] | None:
    """Return a record, for a unit ``{state, inputs: {path: sha256}}``, or None. A damaged one is none."""
    try:
        with open(_path(name, folder), encoding="utf-8") as source:
            found = json.load(source)
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def save(name: str, state: str, inputs: Mapping[str, str], folder: str = FOLDER) -> None:
    """Write the record of a unit. Raises ``ApplyError``."""
    write(name, {"state": state, "inputs": dict(inputs)}, folder)


def write(name: str, value: Mapping[str, Any], folder: str) -> None:
    """Write a record. ``name`` may be a path. Raises ``ApplyError``."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        atomic.replace(_path(name, folder), json.dumps(value, sort_keys=True) + "\n")
    except OSError as error:
        raise ApplyError(f"what was done to {name} could not be recorded in {folder}: {error.strerror}") from error


def _path(name: str, folder: str) -> str:
    return os.path.join(folder, f"{name.replace('%', '%25').replace('/', '%2F')}.json")
