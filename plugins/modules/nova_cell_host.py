# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Map compute hosts to their cell by their exact names."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_cell_host
short_description: Map compute hosts to their cell by their exact names
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Waits until every named host's service has registered and then maps those that are not, through Nova's own objects.
  - A mapped host that is not named is left alone; M(novaform.compute.nova_services_info) lists all of them.
options:
  keystone_url:
    description: The URL of keystone, with its version.
    type: str
    required: true
  admin_password:
    description: The password of keystone's administrator.
    type: str
    required: true
  compute_hosts:
    description: The compute hosts that are to be in the cell, by their names in Nova.
    type: list
    elements: str
    required: true
  region:
    description: The region.
    type: str
    default: RegionOne
  programs:
    description:
      - 'The services of each host that are to report to Nova and neutron, as C({host: [service]}).'
      - Without it nova-compute of each of O(compute_hosts).
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.database
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Let Nova place servers on all compute hosts
  novaform.compute.nova_cell_host:
    keystone_url: "http://{{ ansible_host }}:5000/v3"
    admin_password: "{{ keystone_admin_password }}"
    database: {address: "{{ ansible_host }}", user: nova, password: "{{ nova_database_password }}"}
    compute_hosts: "{{ groups.compute }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: map, kind: cell_host, name: compute1}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.nova_cell import CellHostOptions, parts


def main() -> None:
    """Run the module."""
    main_of(CellHostOptions, parts)


if __name__ == "__main__":
    main()
