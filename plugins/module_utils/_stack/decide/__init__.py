"""What is to be done about instances: pure functions from desired and observed values to changes."""

from __future__ import annotations
