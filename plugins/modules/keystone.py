# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate, bootstrap and prove keystone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: keystone
short_description: Install, configure, migrate, bootstrap and prove keystone
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Makes the database and its account, the fernet and credential keys and the schema, starts the service, and
    bootstraps administrator, project, role and catalog over REST.
  - No password is ever in a command line or an environment.
options:
  url:
    description: The URL under which it is reached, with its version.
    type: str
    required: true
  admin_password:
    description: The password of the administrator C(admin).
    type: str
    required: true
  region:
    description: The region of its entry in the catalog.
    type: str
    default: RegionOne
  accounts:
    description: Accounts of services in the project C(service), with the role C(service).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the account.
        type: str
        required: true
      password:
        description: Its password.
        type: str
        required: true
  workers:
    description: How many processes answer requests.
    type: int
    default: 2
  config:
    description:
      - Further options of its C(keystone.conf), which win over ours.
      - 'As C({section: {option: value}}).'
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.database
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Keystone with its database on this host, and an account for Nova
  novaform.compute.keystone:
    url: "http://{{ ansible_host }}:5000/v3"
    admin_password: "{{ keystone_admin_password }}"
    database:
      address: "{{ ansible_host }}"
      user: keystone
      password: "{{ keystone_database_password }}"
      clients: [localhost, "{{ ansible_host }}"]
    accounts:
      - {name: nova, password: "{{ nova_password }}"}
    config:
      token: {expiration: 7200}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: keystone.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.keystone import KeystoneOptions, parts


def main() -> None:
    """Run the module."""
    main_of(KeystoneOptions, parts)


if __name__ == "__main__":
    main()
