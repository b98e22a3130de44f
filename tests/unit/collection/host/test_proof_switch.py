"""What Open vSwitch's database says of bridges, in its own words, and what proofs make of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, plan
from ansible_collections.novaform.compute.plugins.module_utils._host.door import command, ovsdb
from ansible_collections.novaform.compute.plugins.module_utils._host.proof import proof, switch

if TYPE_CHECKING:
    from pathlib import Path

NOTHING: list[Any] = ["set", []]
AGENT = "neutron-openvswitch-agent.service"
ITEM = {"what": "the network", "switch": ["br-int", "br-tun"], "unit": AGENT}


def uuid(name: str) -> list[str]:
    return ["uuid", name]


def tables(*, error: Any = NOTHING, secure: Any = "secure") -> list[dict[str, Any]]:
    """Return the answer of a database with two bridges of an agent and one of nobody."""
    bridges = [
        {"name": "br-int", "fail_mode": secure, "controller": uuid("c1"), "ports": ["set", [uuid("p1"), uuid("p2")]]},
        {"name": "br-tun", "fail_mode": "secure", "controller": uuid("c1"), "ports": uuid("p3")},
        {"name": "br-ex", "fail_mode": NOTHING, "controller": NOTHING, "ports": NOTHING},
    ]
    ports = [
        {"_uuid": uuid("p1"), "name": "tap1", "interfaces": uuid("i1")},
        {"_uuid": uuid("p2"), "name": "patch-tun", "interfaces": uuid("i2")},
        {"_uuid": uuid("p3"), "name": "patch-int", "interfaces": uuid("i3")},
    ]
    interfaces = [
        {"_uuid": uuid("i1"), "type": "", "error": NOTHING},
        {"_uuid": uuid("i2"), "type": "patch", "error": NOTHING},
        {"_uuid": uuid("i3"), "type": "patch", "error": error},
    ]
    controllers = [{"_uuid": uuid("c1"), "is_connected": True}]
    return [{"rows": rows} for rows in (bridges, ports, interfaces, controllers)]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with what the database answers; systemd says that every unit has been up for long."""
    answer = tmp_path / "answer"
    state = ["LoadState=loaded", "ActiveState=active", "ActiveEnterTimestampMonotonic=1", "MainPID=0", "NRestarts=0"]
    (tmp_path / "state").write_text("\n".join([f"Id={AGENT}", *state, ""]), encoding="utf-8")
    for name, kept in (("ovsdb-client", answer), ("systemctl", tmp_path / "state")):
        (tmp_path / name).write_text(f"#!/bin/sh\ncat {kept}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "socket").touch()
    monkeypatch.setattr(ovsdb, "SOCKET", str(tmp_path / "socket"))
    monkeypatch.setattr(command, "PATH", f"{tmp_path}:{command.PATH}")
    answer.write_text(json.dumps(tables()), encoding="utf-8")
    return answer


def test_a_switch_that_the_agent_has_programmed_holds(database: Path) -> None:
    assert database.exists()
    assert proof.ask(ITEM) == ("", False)
    assert switch.observe()["br-int"]["ports"] == ["tap1", "patch-tun"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"secure": NOTHING}, "neutron's agent has programmed nothing in br-int since that was made"),
        ({"error": "No usable peer"}, "patch-int of br-tun leads nowhere: No usable peer"),
    ],
)
def test_an_agent_that_has_missed_a_change_is_started_again(database: Path, more: dict[str, Any], said: str) -> None:
    database.write_text(json.dumps(tables(**more)), encoding="utf-8")
    assert proof.ask(ITEM) == (said, True)
    (step,) = proof.Proofs([ITEM], {}).plan(plan.Plan())
    assert (step.key, step.reason) == (("restart", "unit", AGENT), f"it does not answer: {said}")


def test_a_switch_that_does_not_answer_could_not_be_looked_at(database: Path) -> None:
    (database.parent / "socket").unlink()
    assert "Open vSwitch does not answer on this host" in proof.ask(ITEM)[0]
    with pytest.raises(errors.ObserveError):
        switch.observe()
