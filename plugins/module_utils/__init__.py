"""Code shared by the collection's modules and plugins; everything in here is private to the project."""

from __future__ import annotations
