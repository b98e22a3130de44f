"""Packages are downloaded once for all hosts and all labs, and no two hosts ever wait for one lock.

Each host has an archive directory of its own beside the shared one; both are one mount inside the host, so that
packages pass between them as hard links: into the host's when it asks for package lists, out of it before dpkg runs.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab.home import Home
    from novaform.lab.record import LabRecord

INSIDE = "/var/cache/novaform-lab"
_SHARED = "shared"


def ensure(home: Home, record: LabRecord, host: str) -> Path:
    """Make the host's archive directory, filled with what is known, and give the directory to bind at INSIDE."""
    shared, own = home.archives / _SHARED, home.archives / own_name(record, host)
    for directory in (shared, own):
        directory.mkdir(parents=True, exist_ok=True)
    _link(shared, own)
    return home.archives


def harvest(home: Home, record: LabRecord) -> None:
    """Keep what the lab's hosts have downloaded and remove their own directories."""
    for host in record.topology.hosts:
        own = home.archives / own_name(record, host)
        if own.exists():
            (home.archives / _SHARED).mkdir(exist_ok=True)
            _link(own, home.archives / _SHARED)
            shutil.rmtree(own)


def own_name(record: LabRecord, host: str) -> str:
    """Give the name of a host's archive directory."""
    return f"{record.tag}.{host}"


def render_settings(record: LabRecord, host: str) -> str:
    """Write apt's settings for a lab host."""
    shared, own = f"{INSIDE}/{_SHARED}", f"{INSIDE}/{own_name(record, host)}"
    # `cp -l` leaves what is there alone; no package at all is not a failure.
    fill, keep = (
        f"cp -ln {source}/*.deb {target}/ 2>/dev/null || true" for source, target in ((shared, own), (own, shared))
    )
    return f"""// Only in the lab: packages are downloaded once for all hosts.
Dir::Cache::archives "{own}";
Binary::apt::APT::Keep-Downloaded-Packages "true";
APT::Update::Post-Invoke {{ "{fill}"; }};
DPkg::Pre-Invoke {{ "{keep}"; }};
"""


def _link(source: Path, target: Path) -> None:
    for package in source.glob("*.deb"):
        link = target / package.name
        if not link.exists():
            link.hardlink_to(package)
