# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure and prove Open vSwitch and neutron's agents on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_agent
short_description: Install, configure and prove Open vSwitch and neutron's agents on a host
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The datapath is the kernel's where it has one and user-space otherwise; bridges exist before any agent starts,
    since an agent ends when a bridge that it shall map is missing.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: The switch and its agents as the site's declaration has it
  novaform.compute.neutron_agent:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'neutron_agent') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(neutron_agent_component) }}"
  vars:
    neutron_agent_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'neutron_agent') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: neutron-openvswitch-agent.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
