# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove Nova's metadata service."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_metadata
short_description: Install, configure, start and prove Nova's metadata service
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Guests reach it at 169.254.169.254 through neutron's proxy, which signs with the site's shared secret.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: The metadata service as the site's declaration has it
  novaform.compute.nova_metadata:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_metadata') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_metadata_component) }}"
  vars:
    nova_metadata_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_metadata') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-api-metadata.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
