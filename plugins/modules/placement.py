# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove placement."""

from __future__ import annotations

DOCUMENTATION = r"""
module: placement
short_description: Install, configure, migrate and prove placement
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The package starts the service but never enables it, so that it is lost at the next reboot; here it is enabled
    and ordered after its database.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Placement as the site's declaration has it
  novaform.compute.placement:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'placement') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(placement_component) }}"
  vars:
    placement_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'placement') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: placement-api.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
