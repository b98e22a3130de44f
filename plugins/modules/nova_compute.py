# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the hypervisor of a compute host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_compute
short_description: Install, configure, start and prove the hypervisor of a compute host
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - libvirt, QEMU and nova-compute, without any database credential; the package's own file that overrides nova.conf
    is neutralised.
  - A restart of any of them never stops a guest.
options:
  host:
    description: The name of this host in Nova.
    type: str
    required: true
  address:
    description: The address of this host, C(my_ip).
    type: str
    required: true
  console_url:
    description: The URL of the page with a server's screen, C(novncproxy_base_url).
    type: str
  virt_type:
    description: What runs guests. V(qemu) emulates the processor, and is for hosts without C(/dev/kvm).
    type: str
    choices:
      - kvm
      - qemu
    default: kvm
  cpu_allocation_ratio:
    description: Virtual processors for each of the host's.
    type: float
    default: 16.0
  ram_allocation_ratio:
    description: Memory of guests for each MiB of the host's.
    type: float
    default: 1.5
  disk_allocation_ratio:
    description: Disk of guests for each GiB of the host's.
    type: float
    default: 1.0
  reserved_host_memory_mb:
    description: MiB of memory that are not for guests.
    type: int
    default: 512
  reserved_host_disk_mb:
    description: MiB of disk that are not for guests.
    type: int
    default: 0
  computes:
    description: All compute hosts of the cell between which guests may move, this one among them. If it is
      the only one, the account C(nova) has no key for others. Without any of them its keys are left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name in Nova.
        type: str
        required: true
      address:
        description: Its address.
        type: str
        required: true
      ssh_keys:
        description: The public keys of its SSH server, as in known_hosts after the name.
        type: list
        elements: str
        default: []
  migration:
    description: The key with which they move. Needed where there are others.
    type: dict
    suboptions:
      key:
        description: The private key, in OpenSSH's format.
        type: str
        required: true
      public_key:
        description: The public key, a line of authorized_keys.
        type: str
        required: true
  allow_resize_to_same_host:
    description: Whether a server may be resized where it is. A cloud with one compute host needs it.
    type: bool
    default: false
  qemu_conf:
    description: Settings of C(/etc/libvirt/qemu.conf). Without it the package's file stays as it is.
    type: dict
  config:
    description:
      - Further options of C(nova.conf), which win over ours.
      - 'As C({reader: {section: {option: value}}}), with reader one of V(all), V(compute).'
    type: dict
  beside:
    description:
      - What C(nova.conf) has besides, where other services of Nova share it on this host.
      - 'As C({section: {option: value}}).'
      - Each of the two is to be told what the other reads, as the roles of a site do.
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.broker
  - novaform.compute.access.identity
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: A hypervisor for a cloud that there is
  novaform.compute.nova_compute:
    host: "{{ inventory_hostname }}"
    address: "{{ ansible_host }}"
    broker: {address: "{{ controller }}", user: nova, password: "{{ nova_broker_password }}", vhost: nova_cell1}
    identity: {url: "http://{{ controller }}:5000/v3", user: nova, password: "{{ nova_password }}"}
    console_url: "http://{{ controller }}:6080/vnc_lite.html"
    cpu_allocation_ratio: 4.0
    reserved_host_memory_mb: 1024
    config:
      compute:
        libvirt: {hw_disk_discard: unmap}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-compute.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.nova_compute import NovaComputeOptions, parts


def main() -> None:
    """Run the module."""
    main_of(NovaComputeOptions, parts)


if __name__ == "__main__":
    main()
