"""Where on this machine is kept what runs remember: a folder for each stack of each project of each cloud."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Optional
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ..._api.session import Session

UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Scope(NamedTuple):
    """Which stack, and of which cloud, project (its id) and region; the region is empty where none is named."""

    auth_url: str
    project: str
    region: str
    stack: str

    def __str__(self) -> str:
        region = f", region {self.region}" if self.region else ""
        return f"stack {self.stack} in project {self.project} of {self.auth_url}{region}"


def scope_of(session: Session, stack: str) -> Scope:
    """Ask Keystone whose project it is, and return the scope. Raises ``ObserveError`` where it does not answer."""
    url = str(session.credential.auth["auth_url"]).strip().rstrip("/")
    return Scope(url.removesuffix("/v3").rstrip("/"), session.token().project, session.credential.region or "", stack)


def root_of(state: Optional[str] = None) -> Path:
    """Return the folder of everything that is kept: below ``state``, XDG_STATE_HOME or ~/.local/state."""
    base = state or os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(os.path.expanduser(base)) / "novaform"


def folder_of(scope: Scope, state: Optional[str] = None) -> Path:
    """Return the folder of a stack. Its name can be read, and a digest in it keeps any two scopes apart."""
    digest = hashlib.sha256(json.dumps(scope).encode()).hexdigest()[:16]
    host = UNSAFE.sub("-", urlsplit(scope.auth_url).hostname or "cloud")[:64]
    return root_of(state) / "stacks" / f"{scope.stack}@{host}-{digest}"


def former(stack: str, state: Optional[str] = None) -> Optional[Path]:
    """Return the folder of an earlier version, which was one for all clouds that had a stack of that name; or None."""
    path = root_of(state) / stack
    return path if os.path.isfile(path / "journal.sqlite") else None
