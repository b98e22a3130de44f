"""Who of a site's services and agents is missing, dead or disabled, and what Placement says of a compute host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.decide import alive

WANTED = {"control1": ["nova-conductor", "neutron-dhcp-agent"], "compute1": ["nova-compute"]}
CONDUCTOR = {"host": "control1", "binary": "nova-conductor", "state": "up", "status": "enabled", "forced_down": False}
COMPUTE = {**CONDUCTOR, "host": "compute1", "binary": "nova-compute"}
AGENT = {"id": "a1", "host": "control1", "binary": "neutron-dhcp-agent", "alive": True, "admin_state_up": True}


def faults(conductor: dict[str, Any], compute: dict[str, Any], agent: dict[str, Any]) -> list[str]:
    stranger = {**COMPUTE, "host": "compute10", "state": "down"}
    return alive.faults(WANTED, [{**CONDUCTOR, **conductor}, {**COMPUTE, **compute}, stranger], [{**AGENT, **agent}])


def test_a_whole_site_has_no_fault_and_strangers_are_left_alone() -> None:
    assert faults({}, {}, {}) == []


@pytest.mark.parametrize(
    ("conductor", "compute", "agent", "expected"),
    [
        (
            {"state": "down", "updated_at": "2025-01-01T00:00:00"},
            {},
            {},
            "nova-conductor on control1 is not alive, its last report is of 2025-01-01T00:00:00",
        ),
        ({"host": "control10"}, {}, {}, "nova-conductor on control1 has never reported"),
        (
            {},
            {"status": "disabled", "disabled_reason": "broken fan"},
            {},
            (
                "nova-compute on compute1 is disabled (broken fan), so no server comes there: "
                "openstack compute service set --enable compute1 nova-compute"
            ),
        ),
        (
            {},
            {"forced_down": True, "state": "down"},
            {},
            "nova-compute on compute1 was forced down: openstack compute service set --up compute1 nova-compute",
        ),
        ({}, {}, {"alive": False}, "neutron-dhcp-agent on control1 is not alive, its last report is of never"),
        (
            {},
            {},
            {"admin_state_up": False},
            "neutron-dhcp-agent on control1 is disabled in neutron: openstack network agent set --enable a1",
        ),
    ],
)
def test_each_fault_is_one_sentence_that_names_the_host(
    conductor: dict[str, Any], compute: dict[str, Any], agent: dict[str, Any], expected: str
) -> None:
    assert faults(conductor, compute, agent) == [expected]


HAS = {"inventories": {name: {"total": 1} for name in alive.CLASSES}}
NO_TRAITS: dict[str, Any] = {"traits": []}


@pytest.mark.parametrize(
    ("inventories", "traits", "expected"),
    [
        (HAS, NO_TRAITS, ""),
        (None, None, "Placement knows no provider for compute1: nova-compute has not reported there"),
        ({"inventories": {}}, NO_TRAITS, "Placement has no VCPU, MEMORY_MB, DISK_GB of compute1"),
        ({"inventories": {**HAS["inventories"], "VCPU": {"total": 0}}}, NO_TRAITS, "Placement has no VCPU of compute1"),
        ("garbled", NO_TRAITS, "Placement has no VCPU, MEMORY_MB, DISK_GB of compute1"),
        (
            HAS,
            {"traits": ["HW_CPU_X86_VMX", "COMPUTE_STATUS_DISABLED"]},
            "Placement takes compute1 for disabled, so no server comes there",
        ),
    ],
)
def test_what_placement_has_of_a_host(inventories: Any, traits: Any, expected: str) -> None:
    assert alive.provider_fault("compute1", inventories, traits) == expected
