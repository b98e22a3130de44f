"""Whether a running unit was started long enough ago to have made its record."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, ovsdb, record
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import unit

if TYPE_CHECKING:
    from pathlib import Path


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


def test_who_plugs_into_a_bridge_restarts_when_that_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent that runs waits for the bridge that it knew; also foretold while there is none, not for a switch off."""
    state = "Id=x.service\nLoadState=loaded\nActiveState=active\nActiveEnterTimestampMonotonic=1\nNeedDaemonReload=no"
    rows = {"one": [{"_uuid": ["uuid", "1"], "name": "br-int"}], "other": [{"_uuid": ["uuid", "2"], "name": "br-int"}]}
    for name in ("ovsdb-client", "ovsdb-tool", "systemctl"):
        (tmp_path / name).write_text(f"#!/bin/sh\ncat {tmp_path}/{name}.says\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "systemctl.says").write_text(f"{state}\nUnitFileState=enabled\n", encoding="utf-8")
    (tmp_path / "socket").touch()
    monkeypatch.setattr(ovsdb, "SOCKET", str(tmp_path / "socket"))
    monkeypatch.setattr(ovsdb, "FILE", str(tmp_path / "socket"))
    monkeypatch.setattr(command, "PATH", f"{tmp_path}:{command.PATH}")
    monkeypatch.setattr(record, "FOLDER", str(tmp_path / "units"))
    units = unit.Units([{"name": "x.service", "state": "started", "inputs": {}, "bridges": ["br-int"]}], [], {})

    def planned(found: list[dict[str, object]], program: str = "ovsdb-client") -> list[str]:
        for name in ("ovsdb-client", "ovsdb-tool"):
            rows_said = json.dumps([{"rows": found}]) if name == program else "exit 1"
            (tmp_path / f"{name}.says").write_text(rows_said, encoding="utf-8")
        return [f"{step.action}: {step.reason}" for step in units.plan(None)]

    assert planned(rows["one"])
    units.apply(units.plan(None))
    assert planned(rows["one"]) == []
    assert planned(rows["other"]) == planned([]) == ["restart: changed: bridge br-int"]
    (tmp_path / "ovsdb-client").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert planned(rows["one"], "ovsdb-tool") == []
