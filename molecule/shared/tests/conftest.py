"""The deployed cloud of a scenario, found as the end to end tests find it."""

from __future__ import annotations

from e2e.fixture import cloud

__all__ = ["cloud"]
