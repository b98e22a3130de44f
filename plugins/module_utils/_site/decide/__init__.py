"""What is to be done on a host: pure functions from desired and observed values to a plan."""

from __future__ import annotations
