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
options:
  address:
    description: The address on which it listens.
    type: str
    required: true
  admin_password:
    description: The password of its administrator C(novaform).
    type: str
    required: true
  client_address:
    description: The address under which clients reach it. Without it O(address).
    type: str
  port:
    description: The port on which it listens.
    type: int
    default: 5672
  vhosts:
    description: Virtual hosts that there are to be.
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
      vhost:
        description: Its virtual host.
        type: str
        required: true
      configure:
        description: What it may declare, as a regular expression of names.
        type: str
        default: .*
      write:
        description: Where it may publish, likewise.
        type: str
        default: .*
      read:
        description: What it may consume, likewise.
        type: str
        default: .*
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: RabbitMQ for Nova and neutron
  novaform.compute.rabbitmq:
    address: "{{ ansible_host }}"
    admin_password: "{{ broker_admin_password }}"
    vhosts: [nova_cell1, neutron]
    accounts:
      - {name: nova, password: "{{ nova_broker_password }}", vhost: nova_cell1}
      - {name: neutron, password: "{{ neutron_broker_password }}", vhost: neutron}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: rabbitmq-server.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.rabbitmq import RabbitmqOptions, parts


def main() -> None:
    """Run the module."""
    main_of(RabbitmqOptions, parts, ("packages", "files", "units", "broker", "proofs"))


if __name__ == "__main__":
    main()
