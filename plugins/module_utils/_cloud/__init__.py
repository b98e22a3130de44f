"""Instances in a real cloud: looked at, made, changed, and waited for, through its APIs."""

from __future__ import annotations
