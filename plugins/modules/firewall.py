# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Let in what a host's components need, keep everybody else out of their ports, and touch no rule but our own."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall
short_description: Let in what a host's components need, and nobody else
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Builds a wall, a table C(inet novaform) of nftables, that drops packets to a declared port unless they come from one
    of its sources, from the host itself, or are answers. On a host without nftables it is a chain C(NOVAFORM) of
    iptables and ip6tables. Packets to other ports, such as that of SSH, pass it.
  - Besides, finds every other place where the host denies incoming connections, be it a chain of nftables or the
    C(INPUT) chain of iptables or ip6tables, and puts an accept rule for each declared port before the first rule that
    could keep a client out, which is any C(REJECT), a C(DROP) that is for everybody, or a jump to a chain that has one
    of them. A C(DROP) for certain sources or interfaces that stands before it stays in force.
  - In the tables of others only rules with the comment C(novaform:COMPONENT) are ever changed or removed. The
    administrator's files, such as C(/etc/nftables.conf), are never touched.
  - What is declared is recorded in C(/etc/novaform/firewall.json), and C(novaform-firewall.service) puts it in force
    before the network comes up, and again whenever C(nftables), C(netfilter-persistent), C(ufw) or C(firewalld) have
    loaded their own rules anew.
  - Ports that are not declared are none of its business. Bringing a policy for them is up to the administrator.
options:
  rules:
    description: The ports that are declared. One that was declared before and is not among them is none of
      its business any more.
    type: list
    elements: dict
    required: true
    suboptions:
      port:
        description: The port, or a range such as V(5900-5999).
        type: str
        required: true
      comment:
        description: The component that listens there. Rules are found again by it.
        type: str
        default: site
      proto:
        description: The protocol.
        type: str
        choices:
          - tcp
          - udp
        default: tcp
      sources:
        description: Addresses and networks from which it is reached, or V(any). An empty list is nobody but
          the host itself.
        type: list
        elements: str
        default:
          - any
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: Let all into one port, one network into a range, and nobody into a third
  novaform.compute.firewall:
    rules:
      - {port: 8774, comment: nova_api}
      - {port: 5900-5999, sources: [10.1.0.0/24], comment: nova_compute}
      - {port: 11211, sources: [], comment: memcached}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: set, kind: firewall, name: novaform}, {action: open, kind: port, name: 8774/tcp (nova_api)}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.firewall import FirewallOptions, parts


def main() -> None:
    """Run the module."""
    main_of(FirewallOptions, parts)


if __name__ == "__main__":
    main()
