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
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova-compute as the site's declaration has it
  novaform.compute.nova_compute:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_compute') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_compute_component) }}"
  vars:
    nova_compute_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_compute') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-compute.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
