# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Install, configure, start and prove the token cache of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
module: memcached
short_description: Install, configure, start and prove the token cache of a site
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - It listens on loopback unless it is told another address.
options:
  address:
    description:
      - The address on which it listens. Whoever reaches it reads and writes all of it.
      - The APIs that this collection brings up look for it at 127.0.0.1, port 11211.
    type: str
    default: 127.0.0.1
  port:
    description: The port on which it listens.
    type: int
    default: 11211
  memory_mb:
    description: How many MiB it may keep.
    type: int
    default: 64
extends_documentation_fragment:
  - novaform.compute.component
"""

EXAMPLES = r"""
- name: A cache for the APIs of this host
  novaform.compute.memcached:
    memory_mb: 128
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be, in this order.
  returned: always
  type: list
  elements: dict
  sample: [{action: start, kind: unit, name: memcached.service}]
"""

from ..module_utils._host.component import main_of
from ..module_utils._site.component.memcached import MemcachedOptions, parts


def main() -> None:
    """Run the module."""
    main_of(MemcachedOptions, parts)


if __name__ == "__main__":
    main()
