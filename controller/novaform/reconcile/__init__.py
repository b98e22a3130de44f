"""Putting the rooms together: declaration, look, decision, and what follows."""

from __future__ import annotations
