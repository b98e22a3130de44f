"""What changes of a component's parts by its state, and by what the cloud has forgotten."""

from __future__ import annotations

from typing import Any

from ansible_collections.novaform.compute.plugins.module_utils._site.component import part

MADE: dict[str, Any] = {
    "name": "nova_compute",
    "packages": ["nova-compute"],
    "units": [
        {"name": "dbus.service", "state": "started", "inputs": {}},
        {"name": "nova-serialproxy.service", "state": "masked"},
        part.unit("libvirtd", "/etc/libvirt/libvirtd.conf"),
        part.unit("nova-compute", "/etc/nova/nova.conf"),
    ],
    "settle": {"unit": "nova-compute.service", "host": "one"},
    "proofs": [{"unit": "nova-compute.service"}],
}


def test_what_is_stopped_are_its_own_units_alone_the_last_one_first() -> None:
    assert part.to_stop(MADE) == {
        "name": "nova_compute",
        "units": [
            {"name": "nova-compute.service", "state": "stopped", "inputs": {}},
            {"name": "libvirtd.service", "state": "stopped", "inputs": {}},
        ],
    }


def test_a_forgotten_service_knows_it_and_no_other_does() -> None:
    made = part.with_forgotten(MADE, [{"service": "nova-compute", "by": "Nova", "at": 7.0}])
    units = [unit["name"] for unit in made["units"] if "forgotten" in unit]
    assert units == ["nova-compute.service"]
    assert made["settle"]["forgotten"] == {"by": "Nova", "at": 7.0}
    assert part.with_forgotten(MADE, []) == MADE
