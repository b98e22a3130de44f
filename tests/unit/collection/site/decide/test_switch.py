"""A bridge that is there is not yet a network, and a guest that runs is not yet plugged in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import switch

WHOLE: dict[str, Any] = {"programmed": True, "connected": True, "patches": {"patch-tun": ""}}
TAP = {"type": "ethernet", "target": "tap1"}


def test_a_programmed_bridge_with_its_patches_has_no_fault() -> None:
    assert switch.faults(["br-int"], {"br-int": WHOLE, "br-foreign": {**WHOLE, "programmed": False}}) == []


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({}, "there is no bridge br-int"),
        ({"br-int": {**WHOLE, "programmed": False}}, "neutron's agent has programmed nothing in br-int"),
        ({"br-int": {**WHOLE, "connected": False}}, "br-int has no connection to neutron's agent"),
        ({"br-int": {**WHOLE, "patches": {}}}, "no patch leads from br-int to another bridge"),
        ({"br-int": {**WHOLE, "patches": {"patch-tun": "no peer"}}}, "patch-tun of br-int leads nowhere: no peer"),
    ],
)
def test_what_keeps_a_bridge_from_being_a_network_is_one_sentence(seen: dict[str, Any], said: str) -> None:
    (found,) = switch.faults(["br-int"], seen)
    assert said in found


def guest(**more: Any) -> dict[str, Any]:
    """Return a running guest of Nova's with one interface in the switch."""
    live = {"interfaces": [TAP]}
    return {"uuid": "u", "name": "instance-1", "active": True, "nova": {"name": "web"}, "live": live, **more}


def test_a_running_guest_that_is_in_no_bridge_is_named_with_the_remedy() -> None:
    assert switch.unplugged_guests([guest()], ["tap1"]) == []
    (said,) = switch.unplugged_guests([guest()], ["tap2"])
    assert said.startswith("tap1 of instance-1 is in no bridge")
    assert said.endswith("openstack server reboot --hard u")


@pytest.mark.parametrize(
    "more",
    [
        {"active": False, "live": None},
        {"nova": None},
        {"live": {"interfaces": []}},
        {"live": {"interfaces": [{**TAP, "type": "hostdev"}, {**TAP, "target": None}]}},
    ],
)
def test_what_is_off_or_not_novas_or_in_no_switch_is_not_missed(more: dict[str, Any]) -> None:
    assert switch.unplugged_guests([guest(**more)], []) == []
