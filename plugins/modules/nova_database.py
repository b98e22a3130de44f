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
  - novaform.compute.access.database
  - novaform.compute.access.broker
  - novaform.compute.access.identity
  - novaform.compute.nova
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova's schemas and cells, on the database server of this host
  novaform.compute.nova_database:
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
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: migrate, kind: schema, name: nova_api}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.nova import NovaOptions
from ..module_utils._site.component.nova_database import parts


def main() -> None:
    """Run the module."""
    main_of(NovaOptions, parts)


if __name__ == "__main__":
    main()
