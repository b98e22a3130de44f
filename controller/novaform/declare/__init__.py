"""Declarations: what a person writes, checked line by line, as values that the rest decides with."""

from __future__ import annotations

from novaform.declare.loader import load

__all__ = ["load"]
