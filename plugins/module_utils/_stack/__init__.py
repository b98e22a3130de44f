"""The instances of a cloud, as values: declared, wanted, seen, decided. Pure, standard library only."""

from __future__ import annotations
