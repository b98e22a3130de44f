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
  - novaform.compute.access.database
  - novaform.compute.access.broker
  - novaform.compute.access.identity
  - novaform.compute.nova
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Nova's metadata service
  novaform.compute.nova_metadata:
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
  sample: [{action: start, kind: unit, name: nova-api-metadata.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.nova import NovaOptions, metadata_parts


def main() -> None:
    """Run the module."""
    main_of(NovaOptions, metadata_parts)


if __name__ == "__main__":
    main()
