"""A compute host's service is started a second time once in its life, and a plan says so until it is done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ansible_collections.novaform.compute.plugins.module_utils._host.door import record
from ansible_collections.novaform.compute.plugins.module_utils._host.stage import settle

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DESIRED = {
    "unit": "nova-compute.service",
    "host": "compute1",
    "queue": {
        "ping": "compute.compute1",
        "exchange": "nova",
        "broker": "rabbit://nova-compute:<secret:p|url>@127.0.0.1:1/v",
    },
}


def test_it_is_planned_until_it_is_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "RECORDS", str(tmp_path))
    stage = settle.Settle(DESIRED, {"p": "x"})
    assert [step.key for step in stage.plan(None)] == [("settle", "unit", "nova-compute.service")]
    record.save("nova-compute.service", "settled", {}, str(tmp_path))
    assert not stage.plan(None)


def test_a_host_that_nova_forgot_since_is_new_to_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "RECORDS", str(tmp_path))
    record.save("nova-compute.service", "settled", {}, str(tmp_path))
    os.utime(tmp_path / "nova-compute.service.json", (1000.0, 1000.0))
    for at, steps in ((999.0, 0), (1001.0, 1)):
        stage = settle.Settle({**DESIRED, "forgotten": {"by": "Nova", "at": at}}, {"p": "x"})
        assert len(list(stage.plan(None))) == steps
