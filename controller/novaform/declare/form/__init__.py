"""The forms of a declaration: text with positions, scalars, records. Knows no Nova."""

from __future__ import annotations
