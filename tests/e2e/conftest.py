"""One deployed cloud for all files here; they run in the order of their names, each on what the last one left."""

from __future__ import annotations

from e2e.fixture import cloud, empty, shop

__all__ = ["cloud", "empty", "shop"]
