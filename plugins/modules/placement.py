# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove placement."""

from __future__ import annotations

DOCUMENTATION = r"""
module: placement
short_description: Install, configure, migrate and prove placement
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The package starts the service but never enables it, so that it is lost at the next reboot; here it is enabled
    and ordered after its database.
options:
  url:
    description: The URL under which it is reached, for the catalog.
    type: str
    required: true
  nova:
    description: The account with which Nova will ask, as which it is proved.
    type: dict
    required: true
    suboptions:
      url:
        description: The URL of keystone, with its version.
        type: str
        required: true
      user:
        description: The account of the service, in the project C(service).
        type: str
        required: true
      password:
        description: Its password.
        type: str
        required: true
      region:
        description: The region of the service.
        type: str
        default: RegionOne
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
      - Further options of its C(placement.conf), which win over ours.
      - 'As C({section: {option: value}}).'
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.database
  - novaform.compute.access.identity
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Placement with its database on this host
  novaform.compute.placement:
    url: "http://{{ ansible_host }}:8778"
    admin_password: "{{ keystone_admin_password }}"
    token_cache_key: "{{ placement_token_cache_key }}"
    database:
      address: "{{ ansible_host }}"
      user: placement
      password: "{{ placement_database_password }}"
      clients: [localhost, "{{ ansible_host }}"]
    identity: {url: "http://{{ ansible_host }}:5000/v3", user: placement, password: "{{ placement_password }}"}
    nova: {url: "http://{{ ansible_host }}:5000/v3", user: nova, password: "{{ nova_password }}"}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: placement-api.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.placement import PlacementOptions, parts


def main() -> None:
    """Run the module."""
    main_of(PlacementOptions, parts)


if __name__ == "__main__":
    main()
