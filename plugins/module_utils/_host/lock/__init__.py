"""Who may change a host now: its lock, and the site's lease."""

from __future__ import annotations
