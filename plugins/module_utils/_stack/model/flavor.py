"""A desired flavor. Nova cannot change a flavor's sizes: another size is another flavor under the same name."""

from __future__ import annotations

from typing import NamedTuple

from .origin import NOWHERE, Origins

SIZES = ("vcpus", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb")
"""The fields that make a flavor another one."""


class Flavor(NamedTuple):
    """Sizes in Nova's own units: MiB of memory and swap, GiB of disk. ``extra_specs`` is sorted pairs."""

    name: str
    vcpus: int
    ram_mb: int
    disk_gb: int
    ephemeral_gb: int = 0
    swap_mb: int = 0
    public: bool = True
    extra_specs: tuple[tuple[str, str], ...] = ()
    origins: Origins = NOWHERE
