"""A guest's definition as libvirt and Nova write it becomes plain values; a stranger's guest has no block of Nova's."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import domain, errors

SERVER = """<domain type='qemu' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>instance-00000001</name>
  <uuid>0b6d3d6e-6a3c-4c5a-9c3d-7f9c2a3d1e10</uuid>
  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
      <nova:package version="31.0.0"/>
      <nova:name>web-1 &lt;&amp;&gt;</nova:name>
      <nova:creationTime>2026-11-21 07:40:12</nova:creationTime>
      <nova:flavor name="small">
        <nova:memory>512</nova:memory>
        <nova:disk>4</nova:disk>
        <nova:swap>0</nova:swap>
        <nova:ephemeral>0</nova:ephemeral>
        <nova:vcpus>2</nova:vcpus>
      </nova:flavor>
      <nova:owner>
        <nova:user uuid="4f0c">admin</nova:user>
        <nova:project uuid="a1a1">demo</nova:project>
      </nova:owner>
      <nova:root type="image" uuid="3c7d1f52-3f63-4f1e-b5a8-2d7a9b0c1d2e"/>
      <nova:ports>
        <nova:port uuid="1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f0">
          <nova:ip type="fixed" address="192.168.50.11" ipVersion="4"/>
          <nova:ip type="fixed" address="fd00::b" ipVersion="6"/>
        </nova:port>
        <nova:port uuid="2a2e3d4c-5b6a-4978-8695-a4b3c2d1e0f0"/>
      </nova:ports>
    </nova:instance>
  </metadata>
  <memory unit='KiB'>524288</memory>
  <currentMemory unit='KiB'>524288</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/var/lib/nova/instances/0b6d3d6e/disk' index='1'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='network' device='disk'>
      <driver name='qemu' type='raw'/>
      <source protocol='rbd' name='volumes/volume-5'/>
      <target dev='vdb' bus='virtio'/>
      <serial>5e5e</serial>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
    <interface type='ethernet'>
      <mac address='fa:16:3e:11:22:33'/>
      <target dev='tap1f2e3d4c-5b'/>
      <model type='virtio'/>
      <mtu size='1450'/>
    </interface>
    <interface type='bridge'>
      <mac address='fa:16:3e:11:22:44'/>
      <source bridge='br-int'/>
      <virtualport type='openvswitch'><parameters interfaceid='2a2e3d4c-5b6a-4978-8695-a4b3c2d1e0f0'/></virtualport>
      <target dev='tap2a2e3d4c-5b'/>
      <model type='virtio'/>
    </interface>
    <graphics type='vnc' port='5900' autoport='yes' websocket='5700' listen='10.0.0.2'>
      <listen type='address' address='10.0.0.2'/>
    </graphics>
  </devices>
</domain>
"""
PLAIN = """<domain type='kvm'><name>by-hand</name><uuid>77777777-0000-4000-8000-000000000000</uuid>
<memory unit='GiB'>1.5</memory><vcpu current='1'>4</vcpu>
<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
<graphics type='vnc' port='-1'><listen type='address' address='127.0.0.1'/></graphics></devices></domain>
"""


def test_a_server_of_novas_is_read_whole() -> None:
    found = domain.to_definition(SERVER)
    assert (found["name"], found["vcpus"], found["memory_kib"]) == ("instance-00000001", 2, 524288)
    assert found["vnc"] == {"listen": "10.0.0.2", "port": 5900, "websocket": 5700}
    nova = found["nova"]
    assert nova["name"] == "web-1 <&>"
    sizes = {"memory_mb": 512, "disk_gb": 4, "swap_mb": 0, "ephemeral_gb": 0, "vcpus": 2}
    assert nova["flavor"] == {"name": "small", **sizes}
    assert nova["owner"] == {"user": "admin", "user_id": "4f0c", "project": "demo", "project_id": "a1a1"}
    assert nova["image"] == "3c7d1f52-3f63-4f1e-b5a8-2d7a9b0c1d2e"
    assert [port["ips"] for port in nova["ports"]] == [["192.168.50.11", "fd00::b"], []]


def test_disks_say_where_their_bytes_are() -> None:
    disks = domain.to_definition(SERVER)["disks"]
    assert [(disk["target"], disk["source"], disk["format"]) for disk in disks] == [
        ("vda", "/var/lib/nova/instances/0b6d3d6e/disk", "qcow2"),
        ("vdb", "volumes/volume-5", "raw"),
        ("sda", None, None),
    ]
    assert disks[1]["serial"] == "5e5e"


def test_interfaces_are_told_by_their_port() -> None:
    interfaces = domain.to_definition(SERVER)["interfaces"]
    assert [interface["port"] for interface in interfaces] == [
        "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f0",
        "2a2e3d4c-5b6a-4978-8695-a4b3c2d1e0f0",
    ]
    assert (interfaces[0]["mtu"], interfaces[1]["bridge"]) == (1450, "br-int")


def test_a_guest_made_by_hand_is_no_server() -> None:
    found = domain.to_definition(PLAIN)
    assert found["nova"] is None
    assert (found["vcpus"], found["memory_kib"]) == (1, 1572864)
    assert found["interfaces"][0]["port"] is None
    assert found["vnc"] == {"listen": "127.0.0.1", "port": None, "websocket": None}


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ((1, 1), ("running", "booted")),
        ((5, 2), ("shut off", "destroyed")),
        ((5, 8), ("shut off", "daemon")),
        ((3, 5), ("paused", "I/O error")),
        ((6, 1), ("crashed", "panicked")),
        ((99, 1), ("unknown", "unknown")),
        ((1, 99), ("running", "unknown")),
    ],
)
def test_states_bear_the_names_of_virsh(numbers: tuple[int, int], names: tuple[str, str]) -> None:
    assert domain.state_name(*numbers) == names


@pytest.mark.parametrize("text", ["", "<domain>", "<network><name>x</name></network>"])
def test_what_is_no_guest_is_an_error(text: str) -> None:
    with pytest.raises(errors.ObserveError):
        domain.to_definition(text)
