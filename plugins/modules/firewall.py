# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Let in what a host's components need, and touch no rule but our own."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall
short_description: Let in through a host's firewall what its components need
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Finds every place where the host denies incoming connections, be it a chain of nftables or the C(INPUT) chain of
    iptables or ip6tables, and puts an accept rule for each declared port before the first rule that could keep a
    client out, which is any C(REJECT), a C(DROP) that is for everybody, or a jump to a chain that has one of them.
  - A C(DROP) for certain sources or interfaces that stands before it stays in force.
  - Only rules with the comment C(novaform:COMPONENT) are ever changed or removed. The administrator's files, such as
    C(/etc/nftables.conf), are never touched.
  - A host that denies nothing is open already and gets no rule. What is declared is recorded in
    C(/etc/novaform/firewall.json), and C(novaform-firewall.service) puts it in force again after a reboot and whenever
    C(nftables), C(netfilter-persistent), C(ufw) or C(firewalld) have loaded their own rules anew.
  - This module has no default deny of its own. Bringing a policy is up to the administrator.
extends_documentation_fragment:
  - novaform.compute.component
notes:
  - The rules are the component's C(firewall.rules), a list of mappings with C(port) (a number, or a range such as
    C(5900-5999)), C(proto) (C(tcp) or C(udp)), C(sources) (networks, addresses or C(any)) and C(comment) (the
    component that needs it).
"""

EXAMPLES = r"""
- name: Let in what this host's components need
  novaform.compute.firewall:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'firewall') }}"

- name: Let in one port and one range
  novaform.compute.firewall:
    component:
      name: firewall
      firewall:
        rules:
          - {port: 8774, proto: tcp, sources: [any], comment: nova_api}
          - {port: 5900-5999, proto: tcp, sources: [10.1.0.0/24], comment: nova_compute}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: open, kind: port, name: 8774/tcp (nova_api)}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component()
