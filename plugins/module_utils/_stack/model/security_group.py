"""Desired security groups: what may reach a server."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .origin import NOWHERE, Origins


class Rule(NamedTuple):
    """One permission. ``protocol`` None is every protocol; for icmp, ports are type and code.

    ``cidr`` and ``group`` exclude each other; with neither, every address of the ``ethertype`` (IPv4 or IPv6).
    """

    direction: str = "ingress"
    protocol: Optional[str] = None
    port_min: Optional[int] = None
    port_max: Optional[int] = None
    cidr: Optional[str] = None
    group: Optional[str] = None
    ethertype: str = "IPv4"
    origins: Origins = NOWHERE


class SecurityGroup(NamedTuple):
    """A named set of rules. Nova's own default of letting everything out is kept."""

    name: str
    rules: tuple[Rule, ...] = ()
    origins: Origins = NOWHERE
