#!/usr/bin/python
# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All servers of a project with their marks, in a few requests."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instances_info
short_description: Read the servers of a project, and which stack they belong to
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Reads all servers of a project with whole lists, and says of each whose mark it bears.
options:
  cloud:
    description: The entry of clouds.yaml to use. Without it C(OS_CLOUD), or the only entry that there is.
    type: str
  clouds_file:
    description: The clouds.yaml to read.
    type: path
  stack:
    description: Return the servers of this stack only.
    type: str
attributes:
  check_mode:
    description: Can run in check mode, where it does the same, for it only reads.
    support: full
  diff_mode:
    description: Nothing is changed, so there is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Read the servers of one stack
  novaform.compute.instances_info:
    cloud: shop
    stack: shop
  register: found
"""

RETURN = r"""
instances:
  description: One entry for each server, with C(id), C(name), C(stack), C(key), C(vm_state), C(host) and C(addresses).
  returned: success
  type: list
  elements: dict
complete:
  description: Whether all servers could be looked at; false while a cell is down.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._api import credential
from ..module_utils._api.session import Session
from ..module_utils._cloud.look import observe
from ..module_utils._core.errors import Error
from ..module_utils._host.spec import ArgumentSpec

SPEC = ArgumentSpec({"cloud": {"type": "str"}, "clouds_file": {"type": "path"}, "stack": {"type": "str"}})


def main() -> None:
    """Run the module."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    try:
        session = Session(credential.load(module.params["cloud"], module.params["clouds_file"] or None))
        seen = observe.observe(session, ["server"])
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    wanted = module.params["stack"]
    instances = [
        {
            "id": item.id,
            "name": item.name,
            "stack": item.mark.stack if item.mark else None,
            "key": item.mark.key if item.mark else None,
            **{name: item.status.get(name) for name in ("vm_state", "task_state", "host", "addresses", "fault")},
        }
        for item in seen.of_kind("server")
        if wanted is None or (item.mark is not None and item.mark.stack == wanted)
    ]
    module.exit_json(changed=False, instances=instances, complete=seen.covers("server"))


if __name__ == "__main__":
    main()
