# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Options of an OpenStack service's own configuration file, all in one run, checked against the installed release."""

from __future__ import annotations

DOCUMENTATION = r"""
module: oslo_config
short_description: Set options in a configuration file of an OpenStack service
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Sets or removes any number of options in one run. Other lines of the file, comments and their order stay.
  - Values are written so that oslo.config reads exactly what was declared, with quotes, spaces, or C($) in a secret.
  - With O(namespaces) an option that the installed release does not know is an error before anything is written.
options:
  path:
    description: Full path of the file. It is created when it is not there.
    type: path
    required: true
  options:
    description:
      - What to set, as a dictionary of options for each section.
      - A list is written as a repeated option (an oslo.config C(MultiOpt)); a null removes the option.
      - In values C($name) refers to another option, as oslo.config defines it; write C($$) for a dollar sign.
        In secrets a dollar sign is only itself.
    type: dict
    required: true
  state:
    description: With V(absent) the options are removed, whatever their values here.
    type: str
    choices: [present, absent]
    default: present
  namespaces:
    description: The oslo.config namespaces that the file's service uses, as in its C(oslo-config-generator) file.
    type: list
    elements: str
    default: []
  owner:
    description: The file's owner. Left out, it stays; a new file is root's.
    type: str
  group:
    description: The file's group. Left out, it stays; a new file is root's.
    type: str
  mode:
    description: The file's mode as an octal string. Left out, it stays; a new file gets V(0644).
    type: str
  secrets:
    description: Secrets that values name as C(<secret:NAME>), or percent-encoded as C(<secret:NAME|url>).
    type: dict
    default: {}
attributes:
  check_mode:
    description: Can run in check mode and says what would change. Without the service, options are not checked.
    support: full
  diff_mode:
    description: Returns what changed. Secrets, and whatever looks like one, are hidden.
    support: full
  idempotent:
    description: When run twice, the second run changes nothing.
    support: full
notes:
  - Run it as root. While it writes it holds the lock C(/run/novaform.lock) on the host.
  - Nothing is restarted.
  - Files of components are written whole by M(novaform.compute.host); do not use both for one file.
seealso:
  - module: community.general.ini_file
"""

EXAMPLES = r"""
- name: Overcommit less on a host that nothing else configures
  novaform.compute.oslo_config:
    path: /etc/nova/nova.conf
    options:
      DEFAULT:
        cpu_allocation_ratio: 4.0
      pci:
        alias:
          - '{"vendor_id": "8086", "product_id": "1520", "name": "nic"}'
          - '{"vendor_id": "10de", "product_id": "1eb8", "name": "gpu"}'

- name: Point a service at its database with a password that may hold any character
  novaform.compute.oslo_config:
    path: /etc/glance/glance-api.conf
    options:
      database:
        connection: mysql+pymysql://glance:<secret:glance|url>@10.1.0.2/glance
    secrets:
      glance: "{{ glance_password }}"

- name: Go back to the defaults
  novaform.compute.oslo_config:
    path: /etc/nova/nova.conf
    state: absent
    options:
      scheduler: {workers: null}
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: dict
  sample: [{action: write, kind: file, name: /etc/nova/nova.conf}]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._host import spec
from ..module_utils._host.converge import converge
from ..module_utils._host.lock.lock import Lock
from ..module_utils._host.stage.ini_file import IniFile

SPEC = spec.SECRETS.merge(
    spec.ArgumentSpec(
        {
            "path": {"type": "path", "required": True},
            "options": {"type": "dict", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "namespaces": {"type": "list", "elements": "str", "default": []},
            "owner": {"type": "str"},
            "group": {"type": "str"},
            "mode": {"type": "str"},
        }
    )
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    item = dict(module.params)
    if item["state"] == "absent":
        item["options"] = {section: dict.fromkeys(names or []) for section, names in item["options"].items()}
    converge(module, [Lock("oslo_config"), IniFile(item, item["secrets"])])


if __name__ == "__main__":
    main()
