# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate, bootstrap and prove keystone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: keystone
short_description: Install, configure, migrate, bootstrap and prove keystone
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Makes the database and its account, the fernet and credential keys and the schema, starts the service, and
    bootstraps administrator, project, role and catalog over REST.
  - No password is ever in a command line or an environment.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Keystone as the site's declaration has it
  novaform.compute.keystone:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'keystone') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(keystone_component) }}"
  vars:
    keystone_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'keystone') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: keystone.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
