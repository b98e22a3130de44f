# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove nova-scheduler."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_scheduler
short_description: Install, configure, start and prove nova-scheduler
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Hosts are mapped by M(novaform.compute.nova_cell_host), never by the scheduler's timer.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova-scheduler as the site's declaration has it
  novaform.compute.nova_scheduler:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_scheduler') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_scheduler_component) }}"
  vars:
    nova_scheduler_component: >-
      {{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_scheduler') }}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-scheduler.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
