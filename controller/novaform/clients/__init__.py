"""Doors to the outside: one library or protocol, one file."""

from __future__ import annotations
