# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the token cache of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
module: memcached
short_description: Install, configure, start and prove the token cache of a site
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - memcached listens on the host's management address only.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Memcached as the site's declaration has it
  novaform.compute.memcached:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'memcached') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(memcached_component) }}"
  vars:
    memcached_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'memcached') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: memcached.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
