"""How what is there differs from what was declared, by class, as Nova and as libvirt say it."""

from __future__ import annotations
