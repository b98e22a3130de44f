# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the hypervisor itself says of its guests, whatever Nova believes."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kvm_domains_info
short_description: All guests of a KVM host as libvirt knows them
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Lists every guest of a host in one call, running or not, with its live and its persistent definition and with the
    block that Nova writes into its own guests.
  - Speaks to libvirt's read-only socket and changes nothing. Secrets, such as a screen's password, are never asked for.
  - When libvirt cannot be asked, the module fails. It never returns an empty list for a host that could not be seen.
options:
  uri:
    description: The hypervisor.
    type: str
    default: qemu:///system
  include_xml:
    description: Return libvirt's own XML of both definitions as well.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode, where it does the same, for it only reads.
    support: full
  diff_mode:
    description: Nothing is changed, so there is nothing to show.
    support: none
requirements:
  - python3-libvirt on the host
"""

EXAMPLES = r"""
- name: Ask the hypervisors
  novaform.compute.kvm_domains_info:
  register: guests

- name: Nova's servers on this host and how they are
  ansible.builtin.debug:
    msg: "{{ item.nova.name }} ({{ item.uuid }}) is {{ item.state }}: {{ item.reason }}"
  loop: "{{ guests.domains | selectattr('nova') }}"
  loop_control: {label: "{{ item.name }}"}
"""

RETURN = r"""
domains:
  description: The guests, by name.
  returned: success
  type: list
  elements: dict
  contains:
    uuid: {description: Which is the server's id when the guest is one of Nova's., type: str, returned: always}
    name: {description: Name of the domain., type: str, returned: always, sample: instance-00000001}
    state: {description: Its state as C(virsh) names it., type: str, returned: always, sample: shut off}
    reason: {description: Why it is in that state., type: str, returned: always, sample: destroyed}
    active: {description: Whether it runs., type: bool, returned: always}
    persistent: {description: Whether libvirt keeps its definition while it is off., type: bool, returned: always}
    vcpus: {description: Processors now., type: int, returned: always}
    memory_kib: {description: Memory in KiB., type: int, returned: always}
    live:
      description: The definition with which it runs, or null.
      type: dict
      returned: always
      contains: &definition
        uuid: {description: Of the domain., type: str, returned: always}
        name: {description: Of the domain., type: str, returned: always}
        vcpus: {description: Processors., type: int, returned: always}
        memory_kib: {description: Memory in KiB., type: int, returned: always}
        disks:
          description: With C(device), C(type), C(source), C(format), C(target), C(bus) and C(serial) of each.
          type: list
          elements: dict
          returned: always
        interfaces:
          description: With C(type), C(mac), C(target), C(bridge), C(model), C(mtu) and Neutron's C(port) of each.
          type: list
          elements: dict
          returned: always
        vnc: {description: Its C(listen) address with C(port) and C(websocket)., type: dict, returned: always}
        nova: {description: As below., type: dict, returned: always}
    persistent_definition:
      description: The definition with which it would start next, or null.
      type: dict
      returned: always
      contains: *definition
    nova:
      description: What Nova has written into it, or null when the guest is none of Nova's.
      type: dict
      returned: always
      contains:
        name: {description: Name of the server., type: str, returned: always}
        package: {description: Version of Nova that started it., type: str, returned: always}
        created: {description: "When Nova wrote this block, in UTC.", type: str, returned: always}
        flavor:
          description: With C(name), C(memory_mb), C(disk_gb), C(swap_mb), C(ephemeral_gb) and C(vcpus).
          type: dict
          returned: always
        owner: {description: Names and ids of user and project., type: dict, returned: always}
        image: {description: Id of the image that its root disk came from., type: str, returned: always}
        ports: {description: Ids of its ports with their C(ips)., type: list, elements: dict, returned: always}
    xml: {description: C(live) and C(persistent) as libvirt wrote them., type: dict, returned: O(include_xml) is set}
libvirt_version: {description: Version of the library that answered., type: str, returned: success, sample: 11.3.0}
seconds: {description: How long libvirt took for all of it., type: float, returned: success, sample: 0.004}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core import errors
from ..module_utils._host.door import libvirt


def main() -> None:
    """Look and tell."""
    spec = {"uri": {"type": "str", "default": libvirt.URI}, "include_xml": {"type": "bool", "default": False}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    try:
        found = libvirt.observe(module.params["uri"], include_xml=module.params["include_xml"])
    except errors.Error as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
