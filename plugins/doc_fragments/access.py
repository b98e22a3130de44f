# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation of the accounts with which services reach each other, which several modules take alike."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of a service that signs in to others."""

    DATABASE = r"""
options:
  database:
    description: Its account at the database server.
    type: dict
    required: true
    suboptions:
      address:
        description: The address of the database server.
        type: str
        required: true
      user:
        description: The account of the service.
        type: str
        required: true
      password:
        description: Its password.
        type: str
        required: true
      port:
        description: The port of the database server.
        type: int
        default: 3306
      clients:
        description:
          - Where the account may sign in from, as MariaDB matches it. The database server is this host's
            then, and the schemas and the account are made there.
          - Without any they are left to whoever made them.
        type: list
        elements: str
        default: []
"""

    BROKER = r"""
options:
  broker:
    description: Its account at the broker.
    type: dict
    required: true
    suboptions:
      address:
        description: The address of the broker.
        type: str
        required: true
      user:
        description: The account of the service.
        type: str
        required: true
      password:
        description: Its password.
        type: str
        required: true
      vhost:
        description: The virtual host of the service.
        type: str
        required: true
      port:
        description: The port of the broker.
        type: int
        default: 5672
"""

    IDENTITY = r"""
options:
  identity:
    description: Its account at keystone.
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
"""
