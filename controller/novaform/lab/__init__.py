"""The lab: throw-away systemd hosts on one machine, so that a site can be deployed for real without spare servers."""

from __future__ import annotations

from novaform import core


class LabError(core.errors.Error):
    """A lab could not be made, looked at or removed: a sentence that says what, where and what to do."""
