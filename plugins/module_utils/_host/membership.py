"""What this host's databases remember of the cloud's hosts, read by MariaDB's own administrator in milliseconds.

Everything before a deployment is compared with this, so nothing here needs an API, an account or a secret of the
cloud. On a host without a database server it costs two looks at the disk.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from .._core.errors import ObserveError
from .door import command, content, record, sql

if TYPE_CHECKING:
    from collections.abc import Callable

VERIFIED, FOLDER = "verified", "/var/lib/novaform"
DATA = "/var/lib/mysql/nova"
IDENTITY = "/var/lib/nova/compute_id"
CONFIGURATIONS = ("/etc/nova/nova.conf", "/etc/neutron/neutron.conf")
NOTHING: dict[str, Any] = {
    "services": [],
    "nodes": [],
    "instances": {},
    "mapped": [],
    "agents": [],
    "providers": [],
}
_HOST = re.compile(r"^host\s*=\s*(\S+)\s*$", re.MULTILINE)
# What runs in a web server says once that it is there, and nobody waits for its record.
_QUERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "services": (
        (
            "SELECT host, `binary`, uuid, disabled, forced_down FROM nova.services"
            " WHERE deleted = 0 AND `binary` NOT IN ('nova-osapi_compute', 'nova-metadata')"
        ),
        ("host", "binary", "id", "disabled", "forced_down"),
    ),
    "nodes": ("SELECT host, uuid FROM nova.compute_nodes WHERE deleted = 0", ("host", "id")),
    "instances": ("SELECT host, COUNT(*) FROM nova.instances WHERE deleted = 0 GROUP BY host", ()),
    "mapped": (
        (
            "SELECT hosts.host, cells.name, cells.uuid FROM nova_api.host_mappings hosts"
            " JOIN nova_api.cell_mappings cells ON cells.id = hosts.cell_id"
        ),
        ("host", "name", "cell"),
    ),
    "agents": ("SELECT host, `binary`, id, admin_state_up FROM neutron.agents", ("host", "binary", "id", "enabled")),
    "providers": (
        (
            "SELECT providers.name, providers.uuid,"
            " (SELECT COUNT(*) FROM placement.allocations used WHERE used.resource_provider_id = providers.id)"
            " FROM placement.resource_providers providers"
            " JOIN placement.inventories stock ON stock.resource_provider_id = providers.id"
            " JOIN placement.resource_classes kinds ON kinds.id = stock.resource_class_id WHERE kinds.name = 'VCPU'"
        ),
        ("name", "id", "allocations"),
    ),
}
_CLAIMS = frozenset({"disabled", "forced_down", "enabled"})


def observe() -> dict[str, Any]:
    """Return compute_id, deployed_as, verified, database (state, said) and remembered, as ``host_info`` has them."""
    state, said, remembered = observe_database()
    return {
        "compute_id": (content.read(IDENTITY) or "").strip() or None,
        "deployed_as": observe_name(CONFIGURATIONS),
        "verified": observe_verified(),
        "database": {"state": state, "said": said},
        "remembered": remembered,
    }


def observe_name(paths: tuple[str, ...]) -> str | None:
    """Return the name by which Nova and neutron know this host: the option ``host`` of the first file that has it."""
    sections = (f"\n{content.read(path) or ''}".partition("\n[DEFAULT]\n")[2].partition("\n[")[0] for path in paths)
    found = (_HOST.search(section) for section in sections)
    return next((match.group(1) for match in found if match), None)


def observe_verified() -> dict[str, str]:
    """Return ``{compute host: identity}`` of those on which a trial went well, as this host has it on record."""
    hosts = (record.load(VERIFIED, FOLDER) or {}).get("hosts")
    return {str(host): str(node) for host, node in hosts.items()} if isinstance(hosts, dict) else {}


def observe_database(connect: Callable[[], sql.Connection] = sql.root) -> tuple[str, str, dict[str, Any] | None]:
    """Return the state of MariaDB here, what it said, and what is remembered in it (None: nobody could look).

    ``absent`` there is none, ``open`` root comes in by the socket, ``refuses`` it does not, ``silent`` it does not
    answer though it has Nova's databases, ``garbled`` these cannot be read.
    """
    if not os.path.exists(sql.SOCKET):
        return ("silent", "it does not run", None) if os.path.isdir(DATA) else ("absent", "", dict(NOTHING))
    try:
        server = connect()
    except ObserveError as error:
        code = error.details.get("code")
        if code == sql.NOT_INSTALLED:  # then nothing of the cloud is on this host yet
            return _ask_client()
        if code in sql.NOT_THERE:
            return "silent", f"error {code}", None
        return "refuses", f"error {code}", None
    with server:
        try:
            return "open", "", {kind: _read(server, kind) for kind in _QUERIES}
        except ObserveError as error:
            return "garbled", str(error), None


def _ask_client() -> tuple[str, str, dict[str, Any] | None]:
    """Ask by MariaDB's own program, on a host that has the server and lacks Python's way to it."""
    argv = ["mariadb", "--no-defaults", f"--socket={sql.SOCKET}", "--user=root", "--batch", "--execute=SELECT 1"]
    answer = command.run(argv, timeout=10)
    if answer is None or answer.status == 0:
        return "open", "", dict(NOTHING)
    code = re.search(r"ERROR (\d+)", answer.err)
    if code and int(code.group(1)) in sql.NOT_THERE:
        return "silent", f"error {code.group(1)}", None
    return "refuses", f"error {code.group(1)}" if code else answer.said, None


def _read(server: sql.Connection, kind: str) -> Any:
    query, names = _QUERIES[kind]
    rows = server.table(query) or []
    if not names:
        return {str(host): int(count) for host, count in rows if host is not None}
    return [{name: bool(value) if name in _CLAIMS else value for name, value in zip(names, row)} for row in rows]
