# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove nova-conductor."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_conductor
short_description: Install, configure, start and prove nova-conductor
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Stands between the compute hosts and the databases, and is refused on compute hosts unless the site is one
    single host.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova-conductor as the site's declaration has it
  novaform.compute.nova_conductor:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_conductor') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_conductor_component) }}"
  vars:
    nova_conductor_component: >-
      {{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_conductor') }}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-conductor.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
