"""Nova's cells, and which compute hosts belong to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .. import setting
from ..option import option
from . import shared

CELL = "cell1"
# Cell mappings are templates that every Nova service fills from its own nova.conf, so that they hold no password.
CELL_DATABASE = "{{scheme}}://{{username}}:{{password}}@{{hostname}}:{{port}}/{}?{{query}}"
CELL_TRANSPORT = "{scheme}://{username}:{password}@{hostname}:{port}/{path}"


@dataclass(frozen=True)
class CellHostOptions:
    """What is told to whoever maps compute hosts to their cell."""

    database: shared.DatabaseAccess = option(shared.DATABASE)
    keystone_url: str = option("The URL of keystone, with its version.", check=setting.url)
    admin_password: str = option("The password of keystone's administrator.", secret=lambda _: shared.ADMIN)
    compute_hosts: tuple[str, ...] = option("The compute hosts that are to be in the cell, by their names in Nova.")
    region: str = option("The region.", default="RegionOne", check=setting.name)
    programs: Optional[dict[str, Any]] = option(
        "The services of each host that are to report to Nova and neutron, as C({host: [service]}).\n"
        "Without it nova-compute of each of O(compute_hosts).",
        default=None,
    )


def parts(wanted: CellHostOptions) -> dict[str, Any]:
    """Return which compute hosts belong to which cell, by their exact names."""
    programs = wanted.programs or {name: ["nova-compute"] for name in wanted.compute_hosts}
    return {
        "name": "nova_cell_host",
        "cell_hosts": {
            "api": wanted.database.url("nova_api"),
            "cell": {"name": CELL, "database": wanted.database.url("nova")},
            "hosts": list(wanted.compute_hosts),
        },
        "proofs": [
            {
                "what": "the site",
                "fleet": programs,
                "auth": shared.administrator(wanted.keystone_url, wanted.admin_password),
                "region": wanted.region,
                "within": 90,
            }
        ],
    }
