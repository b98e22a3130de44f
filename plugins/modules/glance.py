# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove glance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: glance
short_description: Install, configure, migrate and prove glance
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Images are files on the control host.
options:
  url:
    description: The URL under which it is reached, for the catalog.
    type: str
    required: true
  token_cache_key:
    description: The key under which it keeps its callers' tokens in this host's memcached.
    type: str
    required: true
  admin_password:
    description:
      - The password of keystone's administrator, who puts the service into the catalog.
      - Without it nobody does.
    type: str
  workers:
    description: How many processes answer requests.
    type: int
    default: 2
  config:
    description:
      - Further options of its C(glance-api.conf), which win over ours.
      - 'As C({section: {option: value}}).'
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.database
  - novaform.compute.access.identity
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Glance with its database on this host
  novaform.compute.glance:
    url: "http://{{ ansible_host }}:9292"
    admin_password: "{{ keystone_admin_password }}"
    token_cache_key: "{{ glance_token_cache_key }}"
    database:
      address: "{{ ansible_host }}"
      user: glance
      password: "{{ glance_database_password }}"
      clients: [localhost, "{{ ansible_host }}"]
    identity: {url: "http://{{ ansible_host }}:5000/v3", user: glance, password: "{{ glance_password }}"}
    workers: 4
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: glance-api.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.glance import GlanceOptions, parts


def main() -> None:
    """Run the module."""
    main_of(GlanceOptions, parts)


if __name__ == "__main__":
    main()
