"""The deployed cloud of this scenario, and the stack that the lab shows on it."""

from __future__ import annotations

from e2e.fixture import cloud, shop

__all__ = ["cloud", "shop"]
