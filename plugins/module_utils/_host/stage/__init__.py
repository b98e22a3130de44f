"""The stages: one kind of thing on a host, one file."""

from __future__ import annotations
