# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether servers answer on their private network, asked where the network's DHCP server is."""

from __future__ import annotations

DOCUMENTATION = r"""
module: namespace_ping_info
short_description: Ping servers from their private network's namespace
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Sends ICMP echo requests from the namespace C(qdhcp-NETWORK) on a network host, which reaches a private network that
    has no router. Where that network's DHCP server is on another host it says so.
options:
  network:
    description:
      - Id of the network.
    type: str
    required: true
  addresses:
    description:
      - Addresses to ask, all at the same time.
    type: list
    elements: str
    required: true
  within:
    description:
      - Seconds in which each must answer.
    type: float
    default: 30
attributes:
  check_mode:
    description: Can run in check mode, where it does the same, for it only asks.
    support: full
  diff_mode:
    description: Nothing is changed, so there is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Ask a server on each network host
  novaform.compute.namespace_ping_info:
    network: 2a3b1c6e-2f57-4c5d-9d0e-0d5a2f3a8f61
    addresses: [198.18.0.12]
  register: asked
"""

RETURN = r"""
answers:
  description: For each address the seconds until it answered, null where it did not; null where this is not the host.
  returned: success
  type: dict
  sample: {198.18.0.12: 0.2}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host.door import namespace

SPEC = {
    "network": {"type": "str", "required": True},
    "addresses": {"type": "list", "elements": "str", "required": True},
    "within": {"type": "float", "default": 30},
}


def main() -> None:
    """Ask and tell."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    asked = module.params
    try:
        answers = namespace.ping(asked["network"], asked["addresses"], asked["within"])
    except errors.Error as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False, answers=answers)


if __name__ == "__main__":
    main()
