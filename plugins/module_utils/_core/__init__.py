"""The ground of both wings: errors, plans, secrets, shapes, and the one loop. Pure, standard library only."""

from __future__ import annotations
