# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Let go of the site's lease at the end of a run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lease
short_description: Let go of a site's lease at the end of a run
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Ends the lease that M(novaform.compute.host_info) has taken on the control host, so that the next run of the site
    may begin. The lease of another run is left as it is.
options:
  run:
    description: The run, as M(novaform.compute.host_info) numbered it.
    type: dict
    required: true
    suboptions:
      epoch: {description: Its number., type: int, required: true}
      holder: {description: "Who began it, for people.", type: str, default: ""}
attributes:
  check_mode:
    description: Not supported, since in check mode no lease is taken.
    support: none
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Let the next run begin
  novaform.compute.lease:
    run: "{{ hostvars | novaform.compute.site_run(groups) }}"
  when: not ansible_check_mode
"""

RETURN = r""" # """

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import Error
from ..module_utils._host import spec
from ..module_utils._host.lock import lease
from ..module_utils._site.decide import fence


def main() -> None:
    """Let go."""
    option = {**spec.RUN.options["run"], "required": True}
    module = AnsibleModule(argument_spec={"run": option})
    run = fence.to_run(module.params["run"])
    try:
        if run is not None:
            lease.release(run)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
