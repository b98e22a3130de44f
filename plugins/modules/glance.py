# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove glance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: glance
short_description: Install, configure, migrate and prove glance
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Images are files on the control host.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Glance as the site's declaration has it
  novaform.compute.glance:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'glance') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(glance_component) }}"
  vars:
    glance_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'glance') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: glance-api.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
