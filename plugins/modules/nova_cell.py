# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Map Nova's cells, each by its exact name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_cell
short_description: Map Nova's cells by their exact names
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Reads the mappings from the API's database and writes through Nova's own objects, as the user C(nova).
  - A mapping whose URLs differ is corrected, cell0's too, which C(nova-manage cell_v2 map_cell0) would leave as it is.
  - A mapping that is not named is left alone. The schema of the API must be there; M(novaform.compute.nova_database)
    brings up schemas and mappings together.
options:
  api:
    description:
      - URL of the API's database. A password in it is best a C(<secret:NAME|url>) of O(secrets).
    type: str
    required: true
  cells:
    description:
      - The cells. C(cell0) is the one for instances that no host took.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cell.
        type: str
        required: true
      database:
        description:
          - URL of its database, best a template such as C({scheme}://{username}:{password}@{hostname}:{port}/nova?{query}),
            which each service fills from its own configuration, so that a new password never touches the mapping.
        type: str
        required: true
      transport:
        description:
          - URL of its broker, likewise. C(none:///) for cell0.
        type: str
        required: true
  secrets:
    description:
      - Values of the placeholders in the URLs.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Can run in check mode, which touches nothing.
    support: full
  diff_mode:
    description: Shows the URLs without passwords.
    support: full
"""

EXAMPLES = r"""
- name: Map the cells
  novaform.compute.nova_cell:
    api: mysql+pymysql://nova:<secret:database_nova|url>@192.0.2.11:3306/nova_api
    cells:
      - name: cell0
        database: "{scheme}://{username}:{password}@{hostname}:{port}/nova_cell0?{query}"
        transport: "none:///"
      - name: cell1
        database: "{scheme}://{username}:{password}@{hostname}:{port}/nova?{query}"
        transport: "{scheme}://{username}:{password}@{hostname}:{port}/nova_cell1?{query}"
    secrets: "{{ novaform_secrets }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: map, kind: cell, name: cell1}]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import Error
from ..module_utils._host import spec
from ..module_utils._host.converge import converge
from ..module_utils._host.lock.lock import Lock
from ..module_utils._host.stage import cell

CELL = {name: {"type": "str", "required": True} for name in ("name", "database", "transport")}
SPEC = spec.SECRETS.merge(
    spec.ArgumentSpec(
        {
            "api": {"type": "str", "required": True},
            "cells": {"type": "list", "elements": "dict", "required": True, "options": CELL},
        }
    )
)


def main() -> None:
    """Converge the mappings."""
    module = AnsibleModule(**SPEC.to_kwargs(), supports_check_mode=True)
    try:
        cells = cell.Cells(module.params["api"], module.params["cells"], module.params["secrets"])
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    converge(module, [Lock("nova_cell"), cells])


if __name__ == "__main__":
    main()
