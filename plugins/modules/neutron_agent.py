# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure and prove Open vSwitch and neutron's agents on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: neutron_agent
short_description: Install, configure and prove Open vSwitch and neutron's agents on a host
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - The datapath is the kernel's unless O(datapath) says otherwise; bridges exist before any agent starts,
    since an agent ends when a bridge that it shall map is missing.
options:
  host:
    description: The name of this host in neutron.
    type: str
    required: true
  tunnel_address:
    description: Where other hosts send what their guests say to this host's. An interface of this host has
      it.
    type: str
    required: true
  metadata:
    description: 'With it this host carries the network: its routers, DHCP and metadata. Without it its guests''
      ports alone.'
    type: dict
    suboptions:
      url:
        description: The URL of Nova's metadata service, with its port.
        type: str
        required: true
      secret:
        description: What it and the agent prove themselves with.
        type: str
        required: true
  external_bridge:
    description: Whether the host has the bridge C(br-ex) to the network outside although it does not carry
      the network.
    type: bool
    default: false
  external_interface:
    description: The interface that C(br-ex) takes.
    type: str
  datapath:
    description: V(netdev) where the kernel has no Open vSwitch, which then switches in user space.
    type: str
    choices:
      - system
      - netdev
    default: system
  compute:
    description: Whether guests run on this host.
    type: bool
    default: true
  config:
    description:
      - Further options of the agents' files, which win over ours. V(all) is for C(neutron.conf) as well.
      - 'As C({reader: {section: {option: value}}}), with reader one of V(all), V(agent), V(l3), V(dhcp),
        V(metadata).'
    type: dict
  beside:
    description:
      - What C(neutron.conf) has besides, where M(novaform.compute.neutron_server) shares it on this host.
      - 'As C({section: {option: value}}): what the server reads, as the roles of a site tell it.'
    type: dict
extends_documentation_fragment:
  - novaform.compute.access.broker
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: A switch for guests, with routers, DHCP and metadata
  novaform.compute.neutron_agent:
    host: "{{ inventory_hostname }}"
    tunnel_address: "{{ ansible_host }}"
    broker: {address: "{{ controller }}", user: neutron, password: "{{ neutron_broker_password }}", vhost: neutron}
    metadata: {url: "http://{{ controller }}:8775", secret: "{{ metadata_secret }}"}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: neutron-openvswitch-agent.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.neutron_agent import NeutronAgentOptions, parts


def main() -> None:
    """Run the module."""
    main_of(NeutronAgentOptions, parts)


if __name__ == "__main__":
    main()
