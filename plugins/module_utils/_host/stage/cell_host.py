"""Compute hosts and their cell: wait until each has registered, then map it by its exact name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import ApplyError
from ..._site.decide import cell as decision
from ..door import nova, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._core.plan import Plan

PATIENCE = 120  # seconds for a compute host to register
PAUSE = 0.5  # seconds between two looks
_UP = 60  # seconds since its last report


class CellHosts:
    """The stage of a cell's hosts."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        told = secret.resolve(desired, secrets)
        self.api = told["api"]
        self.cell = told["cell"]
        self.hosts = told["hosts"]

    def plan(self, planned: Plan | None) -> Plan:
        """Compare the declared hosts with the mapped ones; other hosts are never looked at."""
        server = sql.reading(self.api, waiting=planned is None)
        if server is None:
            return decision.decide_hosts(self.hosts, ())
        with server:
            rows = server.table("SELECT host FROM host_mappings")
        return decision.decide_hosts(self.hosts, [str(row[0]) for row in rows or ()])

    def apply(self, plan: Plan) -> None:
        """Wait for the hosts that are to be mapped, and map those that came through Nova's own objects."""
        wanted = [step.name for step in plan]
        missing = self._wait(wanted)
        there = [name for name in wanted if name not in missing]
        if there:
            nova.run([{"act": "map_host", "cell": self.cell["name"], "host": name} for name in there])
        if missing:
            names = ", ".join(missing)
            raise ApplyError(f"no nova-compute reports from {names}: look at nova-compute's log there", hosts=missing)

    def _wait(self, wanted: Sequence[str]) -> list[str]:
        """Return the hosts that did not report in all that time."""
        deadline = time.monotonic() + PATIENCE
        while True:
            missing = sorted(set(wanted) - self._observe_registered())
            if not missing or time.monotonic() > deadline:
                return missing
            time.sleep(PAUSE)

    def _observe_registered(self) -> set[str]:
        """Return the hosts whose nova-compute reports and whose compute node is known."""
        with sql.service(self.cell["database"]) as server:
            services = server.rows(
                "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0 AND forced_down = 0"
                " AND COALESCE(last_seen_up, created_at) > UTC_TIMESTAMP() - INTERVAL %s SECOND",
                (_UP,),
            )
            nodes = server.rows("SELECT host FROM compute_nodes WHERE deleted = 0")
        return {str(row[0]) for row in services} & {str(row[0]) for row in nodes}
