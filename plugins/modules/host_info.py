# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Everything that a site must know of a host before it touches it, in one quick look."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_info
short_description: Read what a site must know of a host before it is touched
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Reads release, sizes, clock, addresses, listening ports with the programs that hold them, whether KVM really works
    and whether the kernel can switch packets for Open vSwitch.
  - It reads C(/proc) and C(/sys), changes nothing of the host, and takes about a tenth of a second, so that it replaces
    M(ansible.builtin.setup) in a site's plays.
  - Where the databases of the cloud are, it also reads what Nova, neutron and placement remember of the cloud's hosts,
    as MariaDB's own administrator over its socket.
options:
  controller_time:
    description:
      - The controller's clock in seconds since 1970, to compare the host's with. The way to the host is part of the
        difference.
    type: float
  lease:
    description:
      - Who runs the site's playbook, as P(novaform.compute.controller#lookup) tells it. With it the site's lease is
        taken on this host, which must be its control host, so that no second run begins beside this one. It is a record
        in C(/run/novaform.lease), and all that this module ever writes.
    type: dict
    suboptions:
      holder: {description: "Who, for people.", type: str, required: true}
      machine: {description: Identity of the controller and its boot., type: str, required: true}
      process: {description: Identity of its process., type: str, required: true}
      alive: {description: Identities of processes there that may be runs., type: list, elements: str}
      force: {description: Whether a lease is taken whoever has it., type: bool, default: false}
attributes:
  check_mode:
    description: Can run in check mode, where it does the same, for it only reads.
    support: full
  diff_mode:
    description: Nothing is changed, so there is nothing to show.
    support: none
seealso:
  - plugin: novaform.compute.preflight
    plugin_type: filter
notes:
  - A control host may be asked for this over a broken name server; looking up its own name ends after two seconds.
"""

EXAMPLES = r"""
- name: Look at every host, also when some do not answer
  novaform.compute.host_info:
    controller_time: "{{ now().timestamp() }}"
  register: host
  ignore_unreachable: true
  ignore_errors: true # a host that cannot be read is to be judged with the others

- name: Show what would hold the API back
  ansible.builtin.debug:
    msg: "{{ host.facts.ports | selectattr('port', 'eq', 8774) }}"
"""

RETURN = r"""
run:
  description: The run that the lease was taken for.
  returned: with O(lease)
  type: dict
  contains:
    epoch: {description: Its number; null when another run has the lease., type: int, returned: always}
    holder: {description: Who began it., type: str, returned: always}
    said: {description: "Why it has no number, or whose place it took.", type: str, returned: always}
busy:
  description: Who is still writing on this host from an earlier run, as a sentence, or null.
  returned: success
  type: str
facts:
  description: The host as it is now.
  returned: success
  type: dict
  contains:
    hostname: {description: The name that the kernel knows and Nova uses., type: str, returned: always}
    fqdn: {description: The official name that the resolver gives for it., type: str, returned: always}
    hostname_resolves: {description: Whether the name leads to the host itself., type: bool, returned: always}
    hostname_addresses: {description: What the name leads to., type: list, elements: str, returned: always}
    distribution: {description: C(ID) of os-release., type: str, returned: always, sample: debian}
    release: {description: C(VERSION_ID) of os-release., type: str, returned: always, sample: "13"}
    codename: {description: C(VERSION_CODENAME) of os-release., type: str, returned: always, sample: trixie}
    kernel: {description: Release of the running kernel., type: str, returned: always}
    machine: {description: Hardware name., type: str, returned: always, sample: x86_64}
    python: {description: Version of the Python that ran the module., type: str, returned: always}
    python3_apt: {description: Whether the C(apt) bindings are there., type: bool, returned: always}
    cores: {description: Processors that may be used., type: int, returned: always}
    memory_mb: {description: Memory in MiB., type: int, returned: always}
    disk_free_mb: {description: Free space in MiB by path., type: dict, returned: always}
    root: {description: Whether the module ran as root., type: bool, returned: always}
    systemd: {description: Whether systemd runs the host., type: bool, returned: always}
    container: {description: Kind of container or empty., type: str, returned: always, sample: systemd-nspawn}
    cgroup: {description: C(v1) or C(v2)., type: str, returned: always}
    ssh_host_keys: {description: Public SSH keys as type and key., type: list, elements: str, returned: always}
    clock_offset: {description: Seconds ahead of O(controller_time) or null., type: float, returned: always}
    time: {description: The host's clock in seconds since 1970., type: float, returned: always}
    interfaces: {description: Names of all interfaces., type: list, elements: str, returned: always}
    addresses: {description: Addresses by interface., type: dict, returned: always}
    default_interface: {description: Interface of the default route or null., type: str, returned: always}
    default_address: {description: Address from which the host leaves by it., type: str, returned: always}
    default_gateway: {description: Next hop of the default route., type: str, returned: always}
    virt_type: {description: C(kvm) where it works and C(qemu) elsewhere., type: str, returned: always}
    openvswitch_datapath: {description: C(system) or C(netdev)., type: str, returned: always}
    installed: {description: Main packages of the cloud that are there., type: list, elements: str, returned: always}
    apt_lock: {description: Program that holds dpkg's lock or null., type: str, returned: always}
    compute_id: {description: Identity of its compute node or null., type: str, returned: always}
    deployed_as: {description: Option C(host) of its nova.conf or neutron.conf or null., type: str, returned: always}
    verified: {description: Identities of compute hosts on which a server booted., type: dict, returned: always}
    database:
      description: MariaDB on this host.
      type: dict
      returned: always
      contains:
        state:
          description: C(absent), C(open) to root over its socket, C(refuses), C(silent), or C(garbled).
          type: str
          returned: always
        said: {description: What it said instead of opening., type: str, returned: always}
    remembered:
      description: What the databases on this host remember of the cloud's hosts; null where nobody could look.
      type: dict
      returned: always
      contains:
        services: {description: Records of Nova's services., type: list, elements: dict, returned: always}
        nodes: {description: Compute nodes by host and identity., type: list, elements: dict, returned: always}
        instances: {description: Number of servers by host., type: dict, returned: always}
        mapped: {description: Hosts with their cell., type: list, elements: dict, returned: always}
        agents: {description: Records of neutron's agents., type: list, elements: dict, returned: always}
        providers: {description: Resource providers that have processors., type: list, elements: dict, returned: always}
    ports:
      description: Listening TCP sockets.
      type: list
      elements: dict
      returned: always
      contains:
        port: {description: Port., type: int, returned: always}
        address: {description: Address that it listens on., type: str, returned: always}
        program: {description: Name of the program or null., type: str, returned: always}
        pid: {description: Its process or null., type: int, returned: always}
        unit: {description: Its systemd unit or null., type: str, returned: always}
"""

import os
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._host.door import facts
from ansible_collections.novaform.compute.plugins.module_utils._host.lock import lease, lock

if TYPE_CHECKING:
    from collections.abc import Mapping

LEASE = {
    **{name: {"type": "str", "required": True} for name in ("holder", "machine", "process")},
    "alive": {"type": "list", "elements": "str"},
    "force": {"type": "bool", "default": False},
}
SPEC = {"controller_time": {"type": "float"}, "lease": {"type": "dict", "options": LEASE}}


def main() -> None:
    """Look and tell."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        busy = lock.busy() if os.geteuid() == 0 else None
        run = {"run": take(module.params["lease"], busy)} if module.params["lease"] else {}
        module.exit_json(changed=False, facts=facts.observe(module.params["controller_time"]), busy=busy, **run)
    except errors.Error as error:
        module.fail_json(msg=str(error), **error.details)


def take(asking: Mapping[str, Any], busy: str | None) -> dict[str, Any]:
    """Take the site's lease. Whoever is not root gets none, and preflight says that."""
    try:
        return lease.take(asking, busy=busy is not None)
    except errors.ObserveError as error:
        return {"epoch": None, "holder": asking["holder"], "said": str(error)}


if __name__ == "__main__":
    main()
