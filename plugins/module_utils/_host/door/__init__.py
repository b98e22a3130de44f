"""Doors to a host: one program, file format or protocol, one file."""

from __future__ import annotations
