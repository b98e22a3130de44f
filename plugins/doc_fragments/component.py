# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation that the modules of all components share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options, attributes and notes of a component's module."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(started) installs, configures, starts and proves all of it.
      - V(stopped) stops its units and lets none start with the host. Packages, files, data and open ports stay; of
        M(novaform.compute.firewall) it is no port that is declared any more.
    type: str
    choices: [started, stopped]
    default: started
  secrets:
    description:
      - Values for placeholders like C(<secret:NAME>), or C(<secret:NAME|url>) inside a URL, in other options, by name.
        So even a password of your own in a configuration file is in no diff, log or returned value.
      - What an option documents as a password needs no placeholder.
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
  awaits:
    description:
      - In check mode, the steps that come before on this site and are not done yet, as M(novaform.compute.host) told
        them. What they are to make is then not missed.
    type: list
    elements: dict
    default: []
    suboptions:
      action: {description: What is done., type: str, required: true}
      kind: {description: To what kind of thing., type: str, required: true}
      name: {description: To which., type: str, required: true}
  forgotten:
    description:
      - Services of this host that Nova or neutron should have a record of and had none, as
        M(novaform.compute.host_info) found. One that has been up long enough to make its record is restarted, which
        makes a new one.
    type: list
    elements: dict
    default: []
    suboptions:
      service: {description: "The service, such as C(nova-compute).", type: str, required: true}
      by: {description: Who has no record of it., type: str, required: true}
      at: {description: "When that was seen, in seconds since 1970 by the host's clock.", type: float, required: true}
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
