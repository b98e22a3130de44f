"""Open vSwitch through its own database client: one transaction to read everything, one to write.

The user-space datapath needs ``userspace-tso-enable`` before any port exists, and takes it only when the switch is
started; a later restart would orphan the ports that agents keep in network namespaces.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ..._core.errors import ApplyError
from ..._site.decide import bridge as decision
from ..door import atomic, command, ovsdb
from . import unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core.plan import Plan, Step

SWITCH = "openvswitch-switch.service"
DATABASE = "ovsdb-server.service"
RUNS = "/run/openvswitch/ovs-vswitchd.pid"
WANTS = "/etc/systemd/system/multi-user.target.wants"
_TABLES = {"Open_vSwitch": ["other_config"], "Bridge": ["name", "datapath_type", "ports"], "Port": ["_uuid", "name"]}
_TALK = ("ovs-vsctl", "--timeout=10", "--format=json")


class Bridges:
    """The stage of a host's bridges."""

    def __init__(self, desired: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        del secrets
        self.desired = desired

    def plan(self, planned: Plan | None) -> Plan:
        """Compare what the switch has with what is desired."""
        del planned
        return decision.decide(self.desired, _observe(), _observe_links())

    def apply(self, plan: Plan) -> None:
        """Do the steps in order."""
        for step in plan:
            self._do(step)

    def _do(self, step: Step) -> None:
        wanted = {one["name"]: one for one in self.desired["bridges"]}
        if step.kind == "unit":
            unit.enable(SWITCH)
            command.change(["systemctl", "start", SWITCH], timeout=60)
        elif step.kind == "openvswitch":
            self._configure()
        elif step.kind == "port":
            port, name = step.name.split(" to ", 1)
            _refuse_own_road(port)
            command.change([*_TALK, "--may-exist", "add-port", name, port])
        elif step.kind == "link":
            command.change(["ip", "link", "set", "dev", step.name, "up"])
        elif step.kind == "file":
            atomic.replace(step.name, step.after, mode=0o644)
            command.change(["systemctl", "daemon-reload"])
            command.change(["systemctl", "enable", decision.BOOT_UNIT])
        else:
            datapath = wanted[step.name]["datapath"]
            kind = ("set", "bridge", step.name, f"datapath_type={datapath}")
            command.change([*_TALK, "--may-exist", "add-br", step.name, "--", *kind])

    def _configure(self) -> None:
        """Set the switch's own options while it is down, so that a run that is killed here leaves it to be started."""
        seen = _observe()
        if seen and any(one["ports"] for one in seen["bridges"].values()):
            raise ApplyError(
                "the switch has ports already, and they would be lost: remove the guests and agents' ports of this "
                "host, stop openvswitch-switch, then run again"
            )
        pairs = [f"other_config:{key}={value}" for key, value in sorted(self.desired["other_config"].items())]
        command.change(["systemctl", "stop", SWITCH], timeout=60)
        command.change(["systemctl", "start", DATABASE], timeout=60)
        command.change([*_TALK, "--no-wait", "set", "Open_vSwitch", ".", *pairs])
        command.change(["systemctl", "start", SWITCH], timeout=60)


def _observe() -> dict[str, Any] | None:
    """Return ``{"runs", "other_config": {}, "bridges": {name: {"datapath", "ports"}}}``, or None where no switch is.

    A switch that is down has its database still, and will come up with what is in that.
    """
    tables = ovsdb.read_kept(_TABLES)
    if tables is None:
        return None
    switch, bridges, ports = tables
    names = {ovsdb.plain(port["_uuid"]): port["name"] for port in ports}
    return {
        "runs": _runs(),
        "other_config": dict(switch[0]["other_config"][1]) if switch else {},
        "bridges": {
            one["name"]: {
                "datapath": one["datapath_type"] or "system",
                "ports": [
                    names[ident] for ident in ovsdb.members(one["ports"]) if names.get(ident) not in (None, one["name"])
                ],
            }
            for one in bridges
        },
    }


def _runs() -> bool:
    """Return whether the switch itself runs: its database may answer without it, and its pid file outlives it."""
    try:
        with open(RUNS, encoding="ascii") as source:
            process = source.read().strip()
        with open(f"/proc/{process}/comm", encoding="utf-8") as source:
            return source.read().strip() == "ovs-vswitchd"
    except OSError:
        return False


def _observe_links() -> dict[str, Any]:
    """Return ``{"up", "boot"}``: links that are up, and the enabled unit that raises ours with the host, or None."""
    answer = command.run(["ip", "-json", "link", "show", "up"])
    up = [link["ifname"] for link in json.loads(answer.out or "[]") if link] if answer and not answer.status else []
    boot = None
    if os.path.lexists(f"{WANTS}/{decision.BOOT_UNIT}") and os.path.exists(decision.BOOT_PATH):
        with open(decision.BOOT_PATH, encoding="utf-8") as source:
            boot = source.read()
    return {"up": up, "boot": boot}


def _refuse_own_road(port: str) -> None:
    """Raise ``ApplyError`` when an interface carries an address: in a bridge the host would be out of reach by it."""
    answer = command.run(["ip", "-json", "address", "show", "dev", port])
    if answer is None or answer.status:
        raise ApplyError(f"there is no interface {port} on this host: correct cloud.external.interface")
    addresses = [
        one["local"] for link in json.loads(answer.out) for one in link["addr_info"] if one["scope"] == "global"
    ]
    if addresses:
        raise ApplyError(f"{port} has the address {addresses[0]}: give the external network an interface without one")
