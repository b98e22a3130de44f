"""A site of hosts, as values: what each shall be, what was seen, what follows. Pure, standard library only."""

from __future__ import annotations
