# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the RabbitMQ broker of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rabbitmq
short_description: Install, configure, start and prove the RabbitMQ broker of a site
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - There is never a guest account. A vhost and an account a service are kept over the management API, which listens
    on loopback only.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: RabbitMQ as the site's declaration has it
  novaform.compute.rabbitmq:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'rabbitmq') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(rabbitmq_component) }}"
  vars:
    rabbitmq_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'rabbitmq') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: rabbitmq-server.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component(("packages", "files", "units", "broker", "proofs"))
