# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the MariaDB server of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql
short_description: Install, configure, start and prove the MariaDB server of a site
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Writes one drop-in of its own beside the package's files, with addresses, a number of connections that follows from
    the site's API workers, and durable commits.
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: MariaDB, and nothing that depends on it as the site's declaration has it
  novaform.compute.mysql:
    component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'mysql') }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(mysql_component) }}"
  vars:
    mysql_component: "{{ hostvars | novaform.compute.component(groups, inventory_hostname, 'mysql') }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: mariadb.service}]
"""

from ..module_utils._host.component import main_component

if __name__ == "__main__":
    main_component(("packages", "files", "units", "proofs"))
