"""One run: its lock and its journal, what is done in which order, and the wait for servers."""

from __future__ import annotations
