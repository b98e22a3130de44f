"""A site on the operator's side: its directory, its secrets and its clients' files."""

from __future__ import annotations
