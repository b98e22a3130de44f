"""A desired server group: which servers must, or must not, share a host."""

from __future__ import annotations

from typing import NamedTuple

from .origin import NOWHERE, Origins

GROUP_POLICIES = ("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")


class ServerGroup(NamedTuple):
    """``implied`` groups come from ``spread:`` on an instance and bear that instance's name."""

    name: str
    policy: str
    implied: bool = False
    origins: Origins = NOWHERE
