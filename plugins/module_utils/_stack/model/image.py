"""A desired image: a file that we upload, or the guest that Novaform builds itself."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .origin import NOWHERE, Origins


class Image(NamedTuple):
    """``file`` is an absolute path, or None where ``builtin`` (``tiny``) is built on demand. Sizes as in Glance."""

    name: str
    file: Optional[str] = None
    builtin: Optional[str] = None
    format: str = "qcow2"
    min_disk_gb: int = 0
    min_ram_mb: int = 0
    sha256: Optional[str] = None
    public: bool = False
    properties: tuple[tuple[str, str], ...] = ()
    origins: Origins = NOWHERE
