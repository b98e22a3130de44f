"""What is true of every host of a deployed site: units, ports, options, and the services' own word."""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

import pytest
import testinfra
from novaform.lab import host as lab_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.site import Site
    from testinfra.host import Host

pytestmark = pytest.mark.e2e

UNITS = {
    "control": [
        "mariadb", "rabbitmq-server", "memcached", "novaform-keystone-cache", "keystone", "glance-api", "placement-api",
        "neutron-api",
        "neutron-rpc-server", "nova-api", "nova-api-metadata", "nova-conductor", "nova-scheduler", "nova-novncproxy",
    ],
    "network": [
        "openvswitch-switch", "neutron-openvswitch-agent", "neutron-l3-agent", "neutron-dhcp-agent",
        "neutron-metadata-agent",
    ],
    "compute": ["libvirtd", "openvswitch-switch", "neutron-openvswitch-agent", "nova-compute"],
}  # fmt: skip
UNWANTED = ["nova-serialproxy", "nova-spicehtml5proxy", "nova-xenvncproxy"]
PORTS = {
    "control": {3306, 5672, 11211, 5000, 9292, 8778, 9696, 8774, 8775, 6080},
    "network": set[int](),
    "compute": set[int](),
}
AGENTS = {
    "network": {"neutron-openvswitch-agent", "neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"},
    "compute": {"neutron-openvswitch-agent"},
    "control": set[str](),
}
NOVA = {"control": {"nova-conductor", "nova-scheduler"}, "compute": {"nova-compute"}, "network": set[str]()}
OPTIONS = {"cpu_allocation_ratio": 16.0, "ram_allocation_ratio": 1.5, "reserved_host_memory_mb": 512.0}
DATABASE_OPTIONS = {"api_database", "database"}


@pytest.fixture(scope="module")
def hosts(cloud: Site) -> dict[str, Host]:
    """Every host, over the SSH that the lab has pinned."""
    extra = " ".join(f"-o {option}" for option in lab_host.ssh_options(cloud.place))
    return {
        name: testinfra.get_host(
            f"ssh://root@{cloud.address(name)}", ssh_identity_file=str(cloud.place.key), ssh_extra_args=extra
        )
        for name in cloud.record.topology.hosts
    }


def by_group(cloud: Site, hosts: dict[str, Host]) -> Iterator[tuple[str, str, Host]]:
    for group in UNITS:
        for name in cloud.hosts(group):
            yield group, name, hosts[name]


def test_every_unit_is_active_and_comes_back_after_a_reboot(cloud: Site, hosts: dict[str, Host]) -> None:
    wrong = [
        f"{name}: {unit} running={service.is_running} enabled={service.is_enabled}"
        for group, name, host in by_group(cloud, hosts)
        for unit in UNITS[group]
        for service in [host.service(unit)]
        if not (service.is_running and service.is_enabled)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_failed_and_nothing_unwanted_runs(hosts: dict[str, Host]) -> None:
    for name, host in hosts.items():
        assert not host.check_output("systemctl --failed --no-legend --plain"), name
        assert not [unit for unit in UNWANTED if host.service(unit).is_running], name


def test_no_service_has_inherited_the_lock_of_a_run(hosts: dict[str, Host]) -> None:
    for name, host in hosts.items():
        holders = host.run("find /proc/[0-9]*/fd -lname /run/novaform.lock 2>/dev/null").stdout
        assert not holders, f"{name}: {holders}"


def test_every_port_listens(cloud: Site, hosts: dict[str, Host]) -> None:
    for group, name, host in by_group(cloud, hosts):
        lines = host.check_output("ss -Hltn").splitlines()
        assert {int(line.split()[3].rpartition(":")[2]) for line in lines} >= PORTS[group], name


def test_every_service_of_nova_is_up(cloud: Site) -> None:
    services = cloud.openstack("compute", "service", "list")
    found = {(one["Binary"], one["Host"], one["Status"], one["State"]) for one in services}
    assert found == {
        (binary, name, "enabled", "up")
        for group, wanted in NOVA.items()
        for name in cloud.hosts(group)
        for binary in wanted
    }


def test_every_network_agent_is_alive(cloud: Site) -> None:
    found = {
        (one["Binary"], one["Host"], one["Alive"], one["State"]) for one in cloud.openstack("network", "agent", "list")
    }
    assert found == {
        (binary, name, True, True)
        for group, wanted in AGENTS.items()
        for name in cloud.hosts(group)
        for binary in wanted
    }


def test_every_hypervisor_is_up_in_a_cell(cloud: Site) -> None:
    found = {(one["Hypervisor Hostname"], one["State"]) for one in cloud.openstack("hypervisor", "list")}
    assert found == {(name, "up") for name in cloud.hosts("compute")}


def test_nova_reads_the_overcommit_that_we_promise(cloud: Site, hosts: dict[str, Host]) -> None:
    for name in cloud.hosts("compute"):
        parsed = configparser.RawConfigParser(strict=False)
        parsed.read_string(hosts[name].file("/etc/nova/nova.conf").content_string)
        assert {option: float(parsed["DEFAULT"][option]) for option in OPTIONS} == OPTIONS


def test_placement_has_the_same_overcommit(cloud: Site) -> None:
    providers = cloud.placement("/resource_providers")["resource_providers"]
    assert {one["name"] for one in providers} == set(cloud.hosts("compute"))
    for provider in providers:
        inventories = cloud.placement(f"/resource_providers/{provider['uuid']}/inventories")["inventories"]
        assert float(inventories["VCPU"]["allocation_ratio"]) == OPTIONS["cpu_allocation_ratio"]
        assert float(inventories["MEMORY_MB"]["allocation_ratio"]) == OPTIONS["ram_allocation_ratio"]
        assert inventories["MEMORY_MB"]["reserved"] == OPTIONS["reserved_host_memory_mb"]


def test_options_belong_to_root_and_to_nova_only(hosts: dict[str, Host]) -> None:
    for name, host in hosts.items():
        file = host.file("/etc/nova/nova.conf")
        assert (file.user, file.group, oct(file.mode)) == ("root", "nova", "0o640"), name


def test_compute_hosts_hold_no_database_credentials(cloud: Site, hosts: dict[str, Host]) -> None:
    for name in set(cloud.hosts("compute")) - set(cloud.hosts("control")):
        parsed = configparser.RawConfigParser(strict=False)
        parsed.read_string(hosts[name].file("/etc/nova/nova.conf").content_string)
        assert not DATABASE_OPTIONS & set(parsed.sections()), name
        assert not hosts[name].package("nova-conductor").is_installed, name
