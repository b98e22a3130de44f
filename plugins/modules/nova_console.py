# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the noVNC proxy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_console
short_description: Install, configure, start and prove the noVNC proxy
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Debian starts the spice and serial proxies instead; they are masked.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: The noVNC proxy as the site's declaration has it
  novaform.compute.nova_console:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_console') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_console_component) }}"
  vars:
    nova_console_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'nova_console') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-novncproxy.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
