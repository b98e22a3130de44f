"""A desired volume. A server with ``count`` gets one of its own for each of its copies (``data-1``, ``data-2``)."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .origin import NOWHERE, Origins


class Volume(NamedTuple):
    """``key`` is the identity within the stack; ``server`` the key of the server it belongs to, if any."""

    key: str
    size_gb: int
    type: Optional[str] = None
    zone: Optional[str] = None
    image: Optional[str] = None
    protect: bool = False
    server: Optional[str] = None
    origins: Origins = NOWHERE
