# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove nova-api."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_api
short_description: Install, configure, start and prove nova-api
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Served by uwsgi with one thread a process, which nova-api needs.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova-api as the site's declaration has it
  novaform.compute.nova_api:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_api') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_api_component) }}"
  vars:
    nova_api_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_api') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-api.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
