# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation that all modules of components share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options, attributes and notes of a component's module."""

    DOCUMENTATION = r"""
options:
  component:
    description:
      - The component as the blueprint describes it for this host. Take it from the P(novaform.compute.component#filter)
        filter instead of writing it by hand.
      - Its parts are C(packages), C(files), C(databases), C(broker), C(keys), C(migrations), C(schemas), C(bridges),
        C(units), C(settle), C(catalog), C(firewall), C(proofs), C(networks) and C(cell_hosts); each may be left out.
      - C(secrets) names the secrets that the component gets.
      - Values hold placeholders like C(<secret:NAME>) instead of secrets, or C(<secret:NAME|url>) inside a URL.
    type: dict
    required: true
  secrets:
    description:
      - The secrets that the component's placeholders name, by name.
      - They are written to their files and databases, and are in no diff, log or returned value.
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
attributes:
  check_mode:
    description: Can run in check mode and then says what would be done, also on a host that is empty yet.
    support: full
  diff_mode:
    description: Returns what changed. Secrets are shown as their placeholders.
    support: full
  idempotent:
    description: When run twice, the second run changes nothing and restarts nothing.
    support: full
notes:
  - Run it as root. While it writes it holds the lock C(/run/novaform.lock) on the host; what it has started keeps it.
  - A service is restarted only when something that it reads itself has changed since it was started.
"""
