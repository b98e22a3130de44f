"""The components: what each is told, as a typed value, and what follows for a host. One file each, pure."""

from __future__ import annotations
