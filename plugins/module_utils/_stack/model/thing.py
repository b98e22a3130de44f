"""Desired things that servers are made of or stand on: flavors, images, key pairs, server groups and volumes."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .origin import NOWHERE, Origins

FLAVOR_SIZES = ("vcpus", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb")
"""The fields that make a flavor another one."""
GROUP_POLICIES = ("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")


class Flavor(NamedTuple):
    """Sizes in Nova's own units: MiB of memory and swap, GiB of disk. ``extra_specs`` is sorted pairs.

    Nova cannot change a flavor's sizes: another size is another flavor under the same name.
    """

    name: str
    vcpus: int
    ram_mb: int
    disk_gb: int
    ephemeral_gb: int = 0
    swap_mb: int = 0
    public: bool = True
    extra_specs: tuple[tuple[str, str], ...] = ()
    origins: Origins = NOWHERE


class Image(NamedTuple):
    """A file that we upload, or the guest that Novaform builds itself.

    ``file`` is an absolute path, or None where ``builtin`` (``tiny``) is built on demand. Sizes as in Glance.
    """

    name: str
    file: Optional[str] = None
    builtin: Optional[str] = None
    format: str = "qcow2"
    min_disk_gb: int = 0
    min_ram_mb: int = 0
    sha256: Optional[str] = None
    public: bool = False
    properties: tuple[tuple[str, str], ...] = ()
    origins: Origins = NOWHERE


class Key(NamedTuple):
    """An SSH key pair, of which only the public half is ever known: one line in OpenSSH's form, without a line end."""

    name: str
    public_key: str
    origins: Origins = NOWHERE


class ServerGroup(NamedTuple):
    """Which servers must, or must not, share a host.

    ``implied`` groups come from ``spread:`` on an instance and bear that instance's name.
    """

    name: str
    policy: str
    implied: bool = False
    origins: Origins = NOWHERE


class Volume(NamedTuple):
    """``key`` is the identity within the stack; ``server`` the key of the server it belongs to, if any.

    A server with ``count`` gets one of its own for each of its copies (``data-1``, ``data-2``).
    """

    key: str
    size_gb: int
    type: Optional[str] = None
    zone: Optional[str] = None
    image: Optional[str] = None
    protect: bool = False
    server: Optional[str] = None
    origins: Origins = NOWHERE
