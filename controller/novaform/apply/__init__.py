"""Doing what was decided, through the collection's own modules."""

from __future__ import annotations
