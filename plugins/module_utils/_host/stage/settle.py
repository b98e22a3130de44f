"""The second start of nova-compute on a host that is new to Nova.

On such a host Nova 31 asks libvirt for guests before it has set up libvirt's events (``init_host`` calls
``_sanity_check_new_host`` first), and then never hears of a guest that ends: only the next start listens. So the
service is started again as soon as it answers on its queue, for then Nova knows it, once in the life of a host. To ask
Nova is not for the account of a compute host.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import ApplyError, ObserveError
from ..._core.plan import Plan, Step
from ..door import command, record
from ..proof import broker

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDS = "/var/lib/novaform/settled"
PATIENCE = 120  # seconds for a service to register
WHY = "on a host that is new to it, Nova hears libvirt only from its second start on"


class Settle:
    """The stage of a compute service's second start."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.unit = desired["unit"]
        self.host = desired["host"]
        self.forgotten = desired.get("forgotten")
        self.queue = secret.resolve(desired["queue"], secrets)

    def plan(self, planned: Plan | None) -> Plan:
        """Name the restart unless it is on record, since after Nova forgot the host (``forgotten: {by, at}``)."""
        del planned
        try:
            at = os.stat(os.path.join(RECORDS, f"{self.unit}.json")).st_mtime
        except FileNotFoundError:
            at = None
        done = at is not None and (not self.forgotten or at > float(self.forgotten["at"]))
        return Plan(() if done else (Step("settle", "unit", self.unit, reason=WHY),))

    def apply(self, plan: Plan) -> None:
        """Wait until the service has made itself known, start it again, and write that down."""
        deadline = time.monotonic() + PATIENCE
        while plan and not self._answers():
            if time.monotonic() > deadline:
                raise ApplyError(
                    f"nova-compute on {self.host} does not answer on its queue: look at nova-compute's log there"
                )
            time.sleep(0.5)
        command.change(["systemctl", "restart", self.unit], timeout=PATIENCE)
        record.save(self.unit, "settled", {}, RECORDS)

    def _answers(self) -> bool:
        try:
            return not broker.ask_ping(self.queue)
        except ObserveError:
            return False
