from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import yaml
from novaform.lab import inventory

if TYPE_CHECKING:
    from novaform.lab import home
    from novaform.lab.record import LabRecord


def test_hosts_are_grouped_addressed_and_pinned(plan: LabRecord, lab: home.LabHome) -> None:
    content = inventory.render_hosts(plan, lab)["all"]
    assert content["hosts"]["compute2"] == {"ansible_host": "10.64.2.13", "tunnel_address": "10.64.3.13"}
    assert {group: list(of["hosts"]) for group, of in content["children"].items()} == {
        "control": ["control1"],
        "network": ["control1"],
        "compute": ["compute1", "compute2"],
    }
    assert content["vars"]["ansible_ssh_private_key_file"] == str(lab.key)
    assert f"-o UserKnownHostsFile={lab.known_hosts} " in content["vars"]["ansible_ssh_common_args"]
    assert "-o StrictHostKeyChecking=yes" in content["vars"]["ansible_ssh_common_args"]


def test_the_lab_tells_where_floating_addresses_live(plan: LabRecord) -> None:
    provider = {"cidr": "10.64.3.0/24", "gateway": "10.64.3.1", "pool_start": "10.64.3.100", "pool_end": "10.64.3.199"}
    assert inventory.render_lab(plan, is_v1=False) == {"lab_name": "shop", "lab_provider": provider}


def test_only_version_1_control_groups_need_help_for_libvirt(plan: LabRecord) -> None:
    assert inventory.render_lab(plan, is_v1=True)["nova_compute_qemu_conf"] == {"cgroup_controllers": []}


def test_cloud_settings_of_the_topology_gain_the_external_network(plan: LabRecord) -> None:
    wanted = dataclasses.replace(plan, topology=dataclasses.replace(plan.topology, cloud={"region": "north"}))
    external = {
        "interface": "ext0",
        "cidr": "10.64.3.0/24",
        "gateway": "10.64.3.1",
        "pool": ["10.64.3.100", "10.64.3.199"],
    }
    assert inventory.render_cloud(wanted) == {"cloud": {"region": "north", "external": external}}


def test_a_second_writing_keeps_the_users_cloud(plan: LabRecord, lab: home.LabHome) -> None:
    inventory.write(plan, lab)
    cloud = lab.inventory / "group_vars" / "all" / "cloud.yml"
    cloud.write_text("mine: true\n")
    inventory.write(plan, lab)
    assert yaml.safe_load(cloud.read_text()) == {"mine": True}
