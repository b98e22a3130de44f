"""A host that lost what guests stand on: its bridge, its clock, its hypervisor's device."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from e2e import guest, site, wait

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.site import Ended, Site
    from e2e.stack import Stack

CHECK = ["--check", "--diff"]
AGENTS = ("neutron-openvswitch-agent", "neutron-l3-agent", "neutron-dhcp-agent")
NEW_LOGIN = {"ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ControlPath=none"}
FAKE = (
    "apt-get install -y -qq libfaketime >/dev/null && cp /etc/environment /root/environment && printf '%s\\n'"
    " LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME={minutes}m >>/etc/environment"
)
PAGE_SECONDS = 180


def sentences(ended: Ended) -> str:
    """What a run printed, as it would stand on one line."""
    return " ".join(ended.said.split())


def steps(cloud: Site) -> set[tuple[str, str, str]]:
    noted = cloud.noted()
    return {step for host in cloud.record.topology.hosts for step in site.steps(noted, host)}


def test_a_switch_without_its_bridge_heals_and_guests_that_were_in_it_are_named(cloud: Site, shop: Stack) -> None:
    """On hosts of guests and of routers: who plugs into it starts again, and guests are back by the named remedy."""
    shop.apply()
    hosts = dict.fromkeys([*cloud.hosts("network"), *cloud.hosts("compute")])
    for host in hosts:
        cloud.ask(host, "ovs-vsctl del-br br-int")
    wanted = {("create", "bridge", "br-int"), *(("restart", "unit", f"{name}.service") for name in AGENTS)}
    foretold = cloud.playbook(*CHECK)
    assert steps(cloud) == wanted, foretold.said
    healed = cloud.playbook()
    assert steps(cloud) == wanted, healed.said
    for ended in (foretold, healed):
        assert ended.status != 0
        assert "is in no bridge, so that guest hears nothing: openstack server reboot --hard" in sentences(ended)
    names = list(shop.status())
    for name in names:
        site.run_well("openstack", "server", "reboot", "--hard", "--wait", name, env=cloud.env)
    for name in names:
        for address in shop.status()[name]["floating"]:
            wait.until(f"page of {name}", PAGE_SECONDS, lambda address=address: guest.try_page(str(address)))
    again = cloud.playbook()
    assert again.status == 0, again.said
    assert steps(cloud) == set()


@pytest.mark.parametrize(("minutes", "said"), [("+10", "s ahead of"), ("-10", "s behind")])
def test_a_host_whose_clock_is_wrong_is_refused_by_its_name(cloud: Site, minutes: str, said: str) -> None:
    """Hosts of the lab share a kernel, hence its clock: here all that a login starts sees another one."""
    host = cloud.hosts("compute")[0]
    cloud.ask(host, FAKE.format(minutes=minutes))
    try:
        ended = [cloud.playbook(*words, **NEW_LOGIN) for words in ((), CHECK)]
    finally:
        cloud.ask(host, "cp /root/environment /etc/environment; apt-get purge -y -qq libfaketime >/dev/null")
    for one in ended:
        assert one.status != 0
        assert "nothing has been touched" in sentences(one)
        (line,) = [line for line in one.out.splitlines() if line.split()[:1] == [host] and "its clock is" in line]
        assert said in line


def test_a_site_that_declares_kvm_where_it_does_not_work_is_refused(cloud: Site, tmp_path: Path) -> None:
    host = cloud.hosts("compute")[0]
    inventory = tmp_path / "inventory"
    shutil.copytree(cloud.inventory, inventory)
    declared = inventory / "group_vars/all/cloud.yml"
    declared.write_text(declared.read_text() + "  virt_type: kvm\n")
    cloud.ask(host, "touch -a /dev/kvm && mount --bind /dev/null /dev/kvm")
    try:
        ended = cloud.playbook(*CHECK, inventory=inventory)
    finally:
        cloud.ask(host, "umount /dev/kvm")
    assert ended.status != 0
    assert f"{host} virt_type is kvm, and KVM does not work" in sentences(ended)


ALONE = """
- hosts: {host}
  gather_facts: false
  tasks:
    - novaform.compute.nova_compute: {{virt_type: kvm}}
      module_defaults:
        novaform.compute.nova_compute:
          "{{{{ hostvars | novaform.compute.options(groups, inventory_hostname, 'nova_compute', novaform_secrets) }}}}"
"""


def test_an_account_that_may_not_open_the_device_of_kvm_starts_no_guest(cloud: Site, tmp_path: Path) -> None:
    """The module by itself: a lab may be on a machine whose processor a whole site is refused for."""
    host = cloud.hosts("compute")[0]
    (tmp_path / "alone.yml").write_text(ALONE.format(host=host))
    words = ["--check", "-i", str(cloud.inventory / "hosts.yml"), str(tmp_path / "alone.yml")]
    cloud.ask(host, "mknod -m 0600 /dev/closed c 10 232 && touch -a /dev/kvm && mount --bind /dev/closed /dev/kvm")
    try:
        ended = site.run("ansible-playbook", *words, env=cloud.env)
    finally:
        cloud.ask(host, "umount /dev/kvm; rm /dev/closed")
    assert ended.status != 0
    assert host in ended.said
    assert "a guest does not hold: libvirt starts no guest of type kvm" in sentences(ended)
    assert "-accel kvm" in sentences(ended)
