# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A host's packages in one transaction, all its files, and the names of the components that need more than that."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host
short_description: Install the packages and write the files of all components of a host at once
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Installs the missing packages of all components in one transaction, during which no service starts, and then writes
    all their files.
  - Then looks at everything else that the components declare, without changing it, and returns the names of those that
    have anything left to do. A play needs to run only their modules.
  - Files that several components share, such as C(nova.conf), must be declared alike by all of them.
options:
  components:
    description:
      - The components of this host, in the order in which they come up. Take them from the
        P(novaform.compute.blueprint#filter) filter.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: "The component, by the name of its module.", type: str, required: true}
      options:
        description:
          - What its module is told, with placeholders like C(<secret:NAME>) for passwords.
        type: dict
        required: true
      secrets:
        description: Names of the secrets that it gets.
        type: list
        elements: str
        default: []
      forgotten:
        description: Services of it that the cloud has forgotten, as in its module's option of this name.
        type: list
        elements: dict
        default: []
      origins:
        description:
          - >-
            Where in the inventory options of its files were written, as C({path: {section/option: file:line}}). What a
            host finds wrong with one is then told with its place.
        type: dict
        default: {}
  secrets:
    description:
      - The secrets that the components' placeholders name, by name.
    type: dict
    default: {}
  run:
    description:
      - The site's run that this is part of, as M(novaform.compute.host_info) numbered it. A run that is older than
        one that has been at this host is refused, and modules of one run do not wait for each other.
    type: dict
    suboptions:
      epoch: {description: Its number., type: int, required: true}
      holder: {description: "Who began it, for people.", type: str, default: ""}
  last:
    description:
      - Whether the run ends with this host where nothing is left to do on it. Then the site's lease is let go of at
        once, which spares the run its M(novaform.compute.lease).
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and then says what would be done, also on a host that is empty yet.
    support: full
  diff_mode:
    description: Returns what changed. Secrets are shown as their placeholders.
    support: full
  idempotent:
    description: When run twice, the second run changes nothing.
    support: full
notes:
  - Run it as root. While it writes it holds the lock C(/run/novaform.lock) on the host; what it has started keeps it.
"""

EXAMPLES = r"""
- name: Install all packages, write all files, and ask what else is left to do
  novaform.compute.host:
    components: "{{ host_components }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(host_components) }}"
  register: prepared

- name: Bring up nova-api where it has anything left to do
  novaform.compute.nova_api:
  module_defaults:
    novaform.compute.nova_api: >-
      {{ hostvars | novaform.compute.options(groups, inventory_hostname, 'nova_api', novaform_secrets) }}
  when: "'nova_api' in prepared.pending"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, to packages and files, in order.
  returned: success
  type: list
  elements: dict
  contains:
    action: {description: What is done., type: str, returned: always, sample: install}
    kind: {description: To what kind of thing., type: str, returned: always, sample: package}
    name: {description: To which one., type: str, returned: always, sample: nova-api}
    reason:
      description: Why, where the thing itself is not what changed.
      returned: when there is one
      type: str
pending:
  description: Names of the components with steps left or a proof that does not hold, in the order of O(components).
  returned: success
  type: list
  elements: str
  sample: [mysql, nova_api]
left:
  description: For each such component the steps that are left.
  returned: success
  type: dict
  sample: {nova_api: [{action: start, kind: unit, name: nova-api.service}]}
ended:
  description: Whether the site's lease has been let go of.
  returned: with O(last)
  type: bool
unproven:
  description: The proofs that do not hold although their component has no step left.
  returned: success
  type: list
  elements: dict
  contains:
    component: {description: The component., type: str, returned: always}
    proof: {description: What was asked., type: str, returned: always, sample: "http://127.0.0.1:8774/"}
    said: {description: What was found instead., type: str, returned: always}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import Error
from ..module_utils._host import spec, stages
from ..module_utils._host.converge import converge
from ..module_utils._host.gate import Gate, Parting
from ..module_utils._site.component import registry
from ..module_utils._site.decide import fence

_TOLD = {
    "name": {"type": "str", "required": True},
    "options": {"type": "dict", "required": True},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "forgotten": {"type": "list", "elements": "dict", "default": []},
    "origins": {"type": "dict", "default": {}},
}
COMPONENTS = spec.ArgumentSpec({"components": {"type": "list", "elements": "dict", "required": True, "options": _TOLD}})
LAST = spec.ArgumentSpec({"last": {"type": "bool", "default": False}})
SPEC = spec.SECRETS.merge(spec.RUN).merge(COMPONENTS).merge(LAST)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    secrets = module.params["secrets"]
    try:
        components = [registry.to_parts(told) for told in module.params["components"]]
        together = {
            "name": "host",
            "packages": [name for component in components for name in component.get("packages") or []],
            "files": [item for component in components for item in component.get("files") or []],
        }
        gate = Gate(components, secrets)
        run = fence.to_run(module.params["run"])
        found = [*stages.for_component(together, secrets, run=run), gate]
        if module.params["last"] and run is not None:
            found.append(Parting(gate, run))
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    converge(module, found, gate.facts)


if __name__ == "__main__":
    main()
