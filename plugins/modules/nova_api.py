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
  - novaform.compute.access.database
  - novaform.compute.access.broker
  - novaform.compute.access.identity
  - novaform.compute.nova
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova-api with its entry in the catalog
  novaform.compute.nova_api:
    host: "{{ inventory_hostname }}"
    address: "{{ ansible_host }}"
    token_cache_key: "{{ nova_token_cache_key }}"
    metadata_secret: "{{ metadata_secret }}"
    database:
      address: "{{ ansible_host }}"
      user: nova
      password: "{{ nova_database_password }}"
      clients: [localhost, "{{ ansible_host }}"]
    broker: {address: "{{ ansible_host }}", user: nova, password: "{{ nova_broker_password }}", vhost: nova_cell1}
    identity: {url: "http://{{ ansible_host }}:5000/v3", user: nova, password: "{{ nova_password }}"}
    admin_password: "{{ keystone_admin_password }}"

- name: All of Nova's services of a control host, told alike
  module_defaults:
    group/novaform.compute.nova:
      host: "{{ inventory_hostname }}"
      address: "{{ ansible_host }}"
      token_cache_key: "{{ nova_token_cache_key }}"
      metadata_secret: "{{ metadata_secret }}"
      database:
        address: "{{ ansible_host }}"
        user: nova
        password: "{{ nova_database_password }}"
        clients: [localhost, "{{ ansible_host }}"]
      broker: {address: "{{ ansible_host }}", user: nova, password: "{{ nova_broker_password }}", vhost: nova_cell1}
      identity: {url: "http://{{ ansible_host }}:5000/v3", user: nova, password: "{{ nova_password }}"}
  block:
    - name: Schemas and cells
      novaform.compute.nova_database:
    - name: The API
      novaform.compute.nova_api:
        admin_password: "{{ keystone_admin_password }}"
    - name: The conductor
      novaform.compute.nova_conductor:
    - name: The scheduler
      novaform.compute.nova_scheduler:
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: nova-api.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.nova import NovaOptions, api_parts


def main() -> None:
    """Run the module."""
    main_of(NovaOptions, api_parts)


if __name__ == "__main__":
    main()
