"""Novaform: a real Nova cloud from distribution packages, and the instances on it kept as declared."""

from __future__ import annotations
