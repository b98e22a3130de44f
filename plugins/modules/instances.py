#!/usr/bin/python
# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A whole stack of instances, with all that they need, in one run of one module."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instances
short_description: Make a stack of Nova instances what its declaration says
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Looks at the cloud with a few whole lists, decides what is to be done, does it and looks again.
  - Flavors, key pairs, images, networks, routers, security groups, server groups, servers and floating addresses are
    made in the order in which they need each other. All servers are asked for before any is waited for.
  - Only things that bear the stack's mark are ever changed or deleted. A creation is sent at most once.
  - It runs where the APIs can be reached, usually on C(localhost) with a local connection.
options:
  cloud:
    description: The entry of clouds.yaml to use. Without it C(OS_CLOUD), or the only entry that there is.
    type: str
  clouds_file:
    description: The clouds.yaml to read. Credentials are read from there by the module and passed nowhere.
    type: path
  desired:
    description: A file with the flat desired state, as C(novaform plan --desired) writes it.
    type: path
    required: true
  approved:
    description: A file with the steps of a plan. Only those are taken, and only where nothing has moved since.
    type: path
  domains:
    description: A file with what libvirt on each host says of its guests.
    type: path
  progress:
    description: A file to which a line of JSON is appended for everything that happens.
    type: path
  stop:
    description: A file that is not there. When it appears, nothing more is sent and the run ends.
    type: path
  state_dir:
    description:
      - Where the journal is kept, in a folder for each stack, project, region and cloud. Without it
        C(XDG_STATE_HOME) or C(~/.local/state).
    type: path
  leader:
    description:
      - The process id of the controller for which this is done. Once that is gone, the next run of the stack on this
        machine ends this one. Without it the run stands for itself.
    type: int
  timeout:
    description: How many seconds one action on a server may take.
    type: int
    default: 900
  max_consequence:
    description: The gravest consequence that is allowed.
    type: str
    choices: [none, reboot, downtime, moves-host, loses-ephemeral, destroys-root-disk, changes-ip, changes-uuid,
      destroys-data]
  max_delete:
    description: How many servers may lose their disk. Without it a tenth of the stack, and at least one.
    type: int
  allow_empty:
    description: Whether a declaration without servers may take all of them away.
    type: bool
  allow_shrink:
    description: Whether more than half of the servers may go at once.
    type: bool
  heal:
    description: The classes of drift that are repaired, by a hard reboot. Without it V(power).
    type: list
    elements: str
    choices: [power, missing-domain, none]
  on_error:
    description: What is done with a server that ran and is in ERROR.
    type: str
    choices: [hold, reboot]
  adopt:
    description: The declared servers that somebody else made and that are to be marked as ours; C(*) for all.
    type: list
    elements: str
  adopt_differing:
    description: Whether servers may be taken over that are not as declared.
    type: bool
attributes:
  check_mode:
    description: Says exactly what a real run would do.
    support: full
  diff_mode:
    description: Shows the fields of each step before and after.
    support: full
"""

EXAMPLES = r"""
- name: Make the stack what it should be
  novaform.compute.instances:
    cloud: shop
    desired: /run/shop/desired.json
    max_consequence: reboot
"""

RETURN = r"""
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: dict
outcomes:
  description: What became of each step.
  returned: when anything was done
  type: list
  elements: dict
report:
  description: The last decision, C(clean) when the world is as declared, with C(steps) and C(notes).
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._cloud.run import stage
from ..module_utils._core.errors import Error
from ..module_utils._host.converge import converge
from ..module_utils._host.spec import ArgumentSpec
from ..module_utils._stack import consequence, policy

FILES = {name: {"type": "path"} for name in ("clouds_file", "approved", "domains", "progress", "stop", "state_dir")}
SPEC = ArgumentSpec(
    {
        **FILES,
        "cloud": {"type": "str"},
        "desired": {"type": "path", "required": True},
        "leader": {"type": "int"},
        "timeout": {"type": "int", "default": 900},
        "max_consequence": {"type": "str", "choices": list(consequence.LADDER)},
        "max_delete": {"type": "int"},
        "allow_empty": {"type": "bool"},
        "allow_shrink": {"type": "bool"},
        "heal": {"type": "list", "elements": "str", "choices": [*policy.HEALED, policy.NOTHING]},
        "on_error": {"type": "str", "choices": ["hold", "reboot"]},
        "adopt": {"type": "list", "elements": "str"},
        "adopt_differing": {"type": "bool"},
    }
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    try:
        stack = stage.from_params(module.params)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    with stack.held:
        converge(module, [stack], stack.facts)


if __name__ == "__main__":
    main()
