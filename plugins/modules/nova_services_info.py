# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Nova's services in all cells: which are up, and which compute hosts no cell has."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_services_info
short_description: Read Nova's services of all cells as typed values
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Asks the databases of the cells, which takes milliseconds and works while the API does not.
  - Run it on a control host, the only kind of host that has credentials for these databases.
options:
  api:
    description:
      - URL of the API's database. A password in it is best a C(<secret:NAME|url>) of O(secrets).
    type: str
    required: true
  cells:
    description:
      - The cells whose services are read.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cell.
        type: str
        required: true
      database:
        description: URL of its database, written as O(api).
        type: str
        required: true
  down_after:
    description:
      - Seconds of silence after which a service counts as down, as Nova's own C(service_down_time).
    type: int
    default: 60
  secrets:
    description:
      - Values of the placeholders in the URLs.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Can run in check mode, where it does the same, for it only reads.
    support: full
  diff_mode:
    description: Nothing is changed, so there is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Look at Nova's services
  novaform.compute.nova_services_info:
    api: mysql+pymysql://nova:<secret:database_nova|url>@192.0.2.11:3306/nova_api
    cells:
      - name: cell1
        database: mysql+pymysql://nova:<secret:database_nova|url>@192.0.2.11:3306/nova
    secrets: "{{ novaform_secrets }}"
  register: nova

- name: Stop where one is down
  ansible.builtin.assert:
    that: nova.services | rejectattr('disabled') | rejectattr('up') | list == []
"""

RETURN = r"""
services:
  description: All services, by cell, binary and host.
  returned: success
  type: list
  elements: dict
  contains:
    cell: {description: Name of its cell., type: str, returned: always}
    host: {description: The name by which Nova knows its host., type: str, returned: always}
    binary: {description: The program., type: str, returned: always, sample: nova-compute}
    up: {description: Whether it reports., type: bool, returned: always}
    disabled: {description: Whether it takes no new instances., type: bool, returned: always}
    disabled_reason: {description: Why it does not or null., type: str, returned: always}
    forced_down: {description: Whether somebody declared it dead., type: bool, returned: always}
    version: {description: Number of its RPC service version., type: int, returned: always}
    last_seen: {description: When it last reported in UTC., type: str, returned: always}
    silent_for: {description: Seconds since then., type: int, returned: always}
mapped:
  description: The cell of each mapped compute host.
  returned: success
  type: dict
  sample: {compute1: cell1}
unmapped:
  description: Compute hosts that report and that no cell has, so that nothing is scheduled to them.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core import secret
from ..module_utils._core.errors import Error
from ..module_utils._host import spec
from ..module_utils._host.door import service

CELL = {"name": {"type": "str", "required": True}, "database": {"type": "str", "required": True}}
SPEC = spec.SECRETS.merge(
    spec.ArgumentSpec(
        {
            "api": {"type": "str", "required": True},
            "cells": {"type": "list", "elements": "dict", "required": True, "options": CELL},
            "down_after": {"type": "int", "default": 60},
        }
    )
)


def main() -> None:
    """Look and tell."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    try:
        told = secret.resolve({name: module.params[name] for name in ("api", "cells")}, module.params["secrets"])
        cells = [(cell["name"], cell["database"]) for cell in told["cells"]]
        services = service.observe(cells, module.params["down_after"])
        mapped = service.observe_mapped(told["api"])
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    computes = {one["host"] for one in services if one["binary"] == "nova-compute"}
    module.exit_json(changed=False, services=services, mapped=mapped, unmapped=sorted(computes - set(mapped)))


if __name__ == "__main__":
    main()
