# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Try a cloud out: a server on every compute host, its console, and its way to another host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site_verify
short_description: Try a cloud out with a server on every compute host
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Works in a project of its own, C(novaform-verify), which stays together with a private image. All else that it makes
    is deleted by the act V(clear), also what an earlier trial has left that was killed.
  - The role P(novaform.compute.site_verify#role) does all acts in their order.
options:
  act:
    description:
      - V(look) makes the project, deletes what is left of an earlier trial, and returns RV(image).
      - V(boot) starts a server on each of O(hosts), waits until it runs and its console says that the guest is up.
      - V(migrate) moves each server of O(servers) live to another of these hosts, where there is one.
      - V(clear) deletes everything but project and image, and keeps on record which hosts were found good.
    type: str
    choices: [look, boot, migrate, clear]
    required: true
  account:
    description:
      - The site's administrator as P(novaform.compute.verification#filter) returns it, with its C(auth) and C(region).
    type: dict
    required: true
  secrets:
    description:
      - Values of the placeholders in O(account).
    type: dict
    default: {}
  hosts:
    description:
      - Compute hosts to try.
    type: list
    elements: str
    default: []
  image_file:
    description:
      - An image on this host to boot when none is kept yet. It is deleted when it has been sent.
    type: path
  servers:
    description:
      - RV(hosts) of the act V(boot).
    type: dict
    default: {}
  rows:
    description:
      - What came of the trial by host, as P(novaform.compute.verify_rows#filter) returns it.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Is skipped in check mode, for nothing can be tried without being made.
    support: none
  diff_mode:
    description: What is made is deleted again, so there is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Try the cloud out
  ansible.builtin.import_role:
    name: novaform.compute.site_verify

- name: Delete what a trial has left
  novaform.compute.site_verify:
    act: clear
    account: "{{ hostvars | novaform.compute.verification(groups) }}"
    secrets: "{{ novaform_secrets }}"
"""

RETURN = r"""
image:
  description: Id of the image that is kept, null when there is none.
  returned: with the act V(look)
  type: str
hosts:
  description: What came of each host, with C(said) where something is wrong.
  returned: with the acts V(boot) and V(migrate)
  type: dict
  sample: {compute1: {boot: 3.9, console: 4.2, server: 8f3c, address: 198.18.0.12}}
rows:
  description: O(rows) as they were given.
  returned: with the act V(clear)
  type: dict
network:
  description: Id of the servers' network.
  returned: with the act V(boot)
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import Error
from ..module_utils._host import spec, verify

SPEC = spec.SECRETS.merge(
    spec.ArgumentSpec(
        {
            "act": {"type": "str", "choices": list(verify.ACTS), "required": True},
            "account": {"type": "dict", "required": True},
            "hosts": {"type": "list", "elements": "str", "default": []},
            "image_file": {"type": "path"},
            "servers": {"type": "dict", "default": {}},
            "rows": {"type": "dict", "default": {}},
        }
    )
)


def main() -> None:
    """Do one act."""
    module = AnsibleModule(**SPEC.to_kwargs())
    try:
        result = verify.ACTS[module.params["act"]](module.params)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
