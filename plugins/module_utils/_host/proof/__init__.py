"""Proofs that what was deployed works, each asked as the one who needs it."""

from __future__ import annotations
