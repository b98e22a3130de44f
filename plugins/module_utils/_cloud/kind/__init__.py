"""The kinds of things in a cloud, one a file: how each is listed, read, made, changed and removed."""

from __future__ import annotations
