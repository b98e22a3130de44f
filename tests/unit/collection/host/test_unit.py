"""Whether a running unit was started long enough ago to have made its record."""

from __future__ import annotations

import time

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host import unit


@pytest.mark.parametrize(("up", "by"), [(unit.SOON - 10, ""), (unit.SOON + 10, "neutron")])
def test_who_has_just_been_started_is_not_forgotten(up: float, by: str) -> None:
    since = time.clock_gettime(time.CLOCK_MONOTONIC) - up
    state = {
        "ActiveState": "active",
        "ActiveEnterTimestampMonotonic": str(int(since * 1e6)),
        "UnitFileState": "enabled",
    }
    item = {"name": "neutron-l3-agent.service", "state": "started"}
    assert unit.observe(item, state, set()).forgotten == ""
    told = {**item, "forgotten": {"by": "neutron", "at": time.time()}}
    assert unit.observe(told, state, set()).forgotten == by
