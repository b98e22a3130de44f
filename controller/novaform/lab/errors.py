"""One kind of failure leaves the lab: a sentence that says what, where and what to do."""

from __future__ import annotations

from novaform import core


class LabError(core.errors.Error):
    """A lab could not be made, looked at or removed."""
