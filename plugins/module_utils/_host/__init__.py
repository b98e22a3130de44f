"""Managed hosts: the only code that reads or changes one."""

from __future__ import annotations
