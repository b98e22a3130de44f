"""Desired networks, each with one subnet, and the routers between them."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .origin import NOWHERE, Origins


class Network(NamedTuple):
    """A network and its subnet. ``pool`` is (first, last) address or empty; ``gateway`` None means the first address.

    ``external`` networks carry floating addresses. ``provider_*`` are given by administrators only.
    """

    name: str
    cidr: str
    router: Optional[str] = None
    gateway: Optional[str] = None
    external: bool = False
    shared: bool = False
    dhcp: bool = True
    dns: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    mtu: Optional[int] = None
    port_security: bool = True
    provider_type: Optional[str] = None
    provider_physical: Optional[str] = None
    provider_segment: Optional[int] = None
    origins: Origins = NOWHERE


class Router(NamedTuple):
    """A router; ``external`` is the network its gateway is on. Networks name their router, not the other way round."""

    name: str
    external: Optional[str] = None
    origins: Origins = NOWHERE
