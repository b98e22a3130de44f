"""How a plan reads, and how it is kept."""

from __future__ import annotations
