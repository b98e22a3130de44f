# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bring up Nova's schemas and cells."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_database
short_description: Bring up Nova's schemas and cells
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The API schema, the mapping of cell0, the cells, and then the schemas of cell0 and every cell side by side.
  - Versions are read from the databases and compared with those on disk; nova-manage runs only where they differ,
    and its tables are never parsed.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova's schemas as the site's declaration has it
  novaform.compute.nova_database:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_database') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_database_component) }}"
  vars:
    nova_database_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_database') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: migrate, kind: schema, name: nova_api}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
