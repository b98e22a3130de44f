# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the MariaDB server of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql
short_description: Install, configure, start and prove the MariaDB server of a site
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Writes one drop-in of its own beside the package's files, with the addresses on which it listens, how many
    connections it takes, and durable commits.
options:
  address:
    description: The address on which it listens besides loopback.
    type: str
    required: true
  port:
    description: The port on which it listens.
    type: int
    default: 3306
  max_connections:
    description: How many connections it takes. Each worker of an API keeps ten or more.
    type: int
    default: 400
  buffer_pool_mb:
    description: How many MiB of its tables it keeps in memory.
    type: int
    default: 256
  schemas:
    description: Schemas that there are to be.
    type: list
    elements: str
    default: []
  accounts:
    description: Accounts that there are to be.
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
      hosts:
        description: Where its clients are, as MariaDB matches them.
        type: list
        elements: str
        default:
          - localhost
      schemas:
        description: The schemas in which it may do everything.
        type: list
        elements: str
        default: []
  config:
    description: Further options of its section C(mysqld), by name; they win over ours.
    type: dict
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: MariaDB with a database for one application
  novaform.compute.mysql:
    address: "{{ ansible_host }}"
    schemas: [shop]
    accounts:
      - name: shop
        password: "{{ shop_password }}"
        hosts: ["192.0.2.%"]
        schemas: [shop]
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: mariadb.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.mysql import MysqlOptions, parts


def main() -> None:
    """Run the module."""
    main_of(MysqlOptions, parts, ("packages", "files", "units", "databases", "proofs"))


if __name__ == "__main__":
    main()
