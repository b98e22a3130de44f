"""What a switch is told to change, and that what agents made on it is never touched."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import bridge

DESIRED: dict[str, Any] = {
    "other_config": {"userspace-tso-enable": "true"},
    "bridges": [
        {"name": "br-int", "datapath": "netdev", "ports": []},
        {"name": "br-ex", "datapath": "netdev", "ports": ["eth1"]},
    ],
}
INT = {"datapath": "netdev", "ports": ["tap1", "qr-2"]}
EX = {"datapath": "netdev", "ports": ["eth1", "phy-br-ex"]}
WHOLE: dict[str, Any] = {
    "runs": True,
    "other_config": {"userspace-tso-enable": "true", "somebody's": "1"},
    "bridges": {"br-int": INT, "br-ex": EX, "br-tun": {"datapath": "netdev", "ports": []}},
}


LINKS = {"up": ["lo", "eth1", "br-ex"], "boot": bridge.render_boot(["br-ex", "eth1"])}


def steps(observed: dict[str, Any] | None, links: dict[str, Any] = LINKS) -> list[str]:
    return [" ".join(step.key) for step in bridge.decide(DESIRED, observed, links)]


def test_without_a_switch_it_starts_first_and_is_configured_before_any_port() -> None:
    assert steps(None, {"up": ["lo"], "boot": None}) == [
        "start unit openvswitch-switch.service",
        "set openvswitch other_config",
        "create bridge br-int",
        "create bridge br-ex",
        "add port eth1 to br-ex",
        "raise link br-ex",
        "raise link eth1",
        "write file /etc/systemd/system/novaform-links.service",
    ]


def test_a_whole_switch_gets_nothing_and_the_agents_bridges_and_ports_stay() -> None:
    assert steps(WHOLE) == []


@pytest.mark.parametrize(
    ("bridges", "expected"),
    [
        ({"br-ex": EX}, ["create bridge br-int"]),
        ({"br-int": {**INT, "datapath": "system"}, "br-ex": EX}, ["set bridge br-int"]),
        ({"br-int": INT, "br-ex": {**EX, "ports": ["eth10"]}}, ["add port eth1 to br-ex"]),
    ],
)
def test_one_difference_is_one_step(bridges: dict[str, Any], expected: list[str]) -> None:
    assert steps({**WHOLE, "bridges": bridges}) == expected


def test_a_wrong_option_of_the_switch_is_set_again() -> None:
    assert steps({**WHOLE, "other_config": {"userspace-tso-enable": "false"}}) == ["set openvswitch other_config"]


def test_a_changed_datapath_shows_both() -> None:
    seen = {**WHOLE, "bridges": {"br-int": {**INT, "datapath": "system"}, "br-ex": EX}}
    (step,) = bridge.decide(DESIRED, seen, LINKS)
    assert (step.before, step.after) == ("datapath system\n", "datapath netdev\n")


def test_a_link_that_somebody_took_down_is_raised_again() -> None:
    assert steps(WHOLE, {**LINKS, "up": ["lo", "br-ex"]}) == ["raise link eth1"]


def test_bridges_that_lead_nowhere_need_no_links() -> None:
    desired = {**DESIRED, "bridges": DESIRED["bridges"][:1]}
    assert not bridge.decide(desired, WHOLE, {"up": [], "boot": None})


def test_a_missing_link_does_not_keep_the_others_down() -> None:
    commands = [line for line in bridge.render_boot(["br-ex", "eth1"]).splitlines() if line.startswith("ExecStart")]
    assert commands == [f"ExecStart=-/usr/sbin/ip link set dev {name} up" for name in ("br-ex", "eth1")]


def test_a_whole_switch_that_is_down_is_only_started() -> None:
    assert steps({**WHOLE, "runs": False}) == ["start unit openvswitch-switch.service"]
