"""Parse, call, print: the commands make no decision of their own."""

from __future__ import annotations
