"""A stack of instances: its declaration, look, decision and change put together, and how they read."""

from __future__ import annotations
