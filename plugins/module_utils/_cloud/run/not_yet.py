"""What must be waited for before a request can be sent: whoever asked is sent away and comes back, so nobody blocks."""

from __future__ import annotations

from ..._core.errors import ApplyError

PATIENCE = 300.0
"""Seconds for which it is waited: a volume that is filled from an image, or a guest that lets go of a device."""


class NotYet(ApplyError):
    """Something asked for before is still under way: nothing was sent now, and it is worth coming back."""
