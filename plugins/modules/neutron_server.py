# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, migrate and prove neutron's server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_server
short_description: Install, configure, migrate and prove neutron's server
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The API under uwsgi and the RPC server, with ML2, Open vSwitch and VXLAN.
options:
  host:
    description: The name of this host in neutron.
    type: str
    required: true
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
      - The password of keystone's administrator, who puts the service into the catalog and makes O(external).
      - Without it neither is looked at.
    type: str
  external:
    description: The network that leads outside. Without it none is made.
    type: dict
    suboptions:
      cidr:
        description: Its addresses.
        type: str
        required: true
      gateway:
        description: The router out of it.
        type: str
      pool:
        description: The first and the last address that neutron gives away. Without them any of it.
        type: list
        elements: str
        default: []
  agents:
    description: Of M(novaform.compute.neutron_agent), which agents this host runs beside the server. They
      may become root.
    type: list
    elements: str
    choices:
      - network
      - compute
    default: []
  workers:
    description: How many processes answer requests.
    type: int
    default: 2
  config:
    description:
      - Further options of C(neutron.conf), which win over ours. V(all) is for agents of this host as well.
      - 'As C({reader: {section: {option: value}}}), with reader one of V(all), V(server).'
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.database
  - novaform.compute.access.broker
  - novaform.compute.access.identity
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Neutron's server with its database on this host, and a network that leads outside
  novaform.compute.neutron_server:
    host: "{{ inventory_hostname }}"
    url: "http://{{ ansible_host }}:9696"
    admin_password: "{{ keystone_admin_password }}"
    token_cache_key: "{{ neutron_token_cache_key }}"
    database:
      address: "{{ ansible_host }}"
      user: neutron
      password: "{{ neutron_database_password }}"
      clients: [localhost, "{{ ansible_host }}"]
    broker: {address: "{{ ansible_host }}", user: neutron, password: "{{ neutron_broker_password }}", vhost: neutron}
    identity: {url: "http://{{ ansible_host }}:5000/v3", user: neutron, password: "{{ neutron_password }}"}
    nova: {url: "http://{{ ansible_host }}:5000/v3", user: nova, password: "{{ nova_password }}"}
    external: {cidr: 203.0.113.0/24, gateway: 203.0.113.1, pool: [203.0.113.100, 203.0.113.200]}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: neutron-api.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.neutron_server import NeutronServerOptions, parts


def main() -> None:
    """Run the module."""
    main_of(NeutronServerOptions, parts)


if __name__ == "__main__":
    main()
