# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove neutron's server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_server
short_description: Install, configure, migrate and prove neutron's server
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The API under uwsgi and the RPC server, with ML2, Open vSwitch and VXLAN.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Neutron's server as the site's declaration has it
  novaform.compute.neutron_server:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'neutron_server') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(neutron_server_component) }}"
  vars:
    neutron_server_component: >-
      {{ hostvars | novaform.compute.component(groups, inventory_hostname, 'neutron_server') }}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: neutron-api.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
