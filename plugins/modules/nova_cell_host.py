# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Map compute hosts to their cell by their exact names."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_cell_host
short_description: Map compute hosts to their cell by their exact names
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Waits until every named host's service has registered and then maps those that are not, through Nova's own objects.
  - A mapped host that is not named is left alone; M(novaform.compute.nova_services_info) lists all of them.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: The mapping as the site's declaration has it
  novaform.compute.nova_cell_host:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_cell_host') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_cell_host_component) }}"
  vars:
    nova_cell_host_component: >-
      {{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_cell_host') }}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: map, kind: cell_host, name: compute1}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
