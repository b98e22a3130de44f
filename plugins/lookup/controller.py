# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who runs this playbook, so that another run of the same site can name it, and can tell when it is dead."""

from __future__ import annotations

DOCUMENTATION = r"""
name: controller
short_description: Who runs this playbook, and which other runs live on this machine
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Says what the option O(novaform.compute.host_info#module:lease) takes.
  - A process is named by its number and its start, and a machine by its boot and its space of processes, so that
    neither is mistaken for a later one.
options:
  _terms:
    description: None.
    required: false
  force:
    description: Whether the lease is to be taken whoever has it, because the operator knows that run to be dead.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Take the site's lease on its control host
  novaform.compute.host_info:
    lease: "{{ lookup('novaform.compute.controller') }}"
"""

RETURN = r"""
_raw:
  description: One mapping with C(holder), C(machine), C(process), and C(alive), which is null where it cannot be seen.
  type: list
  elements: dict
"""

import getpass
import multiprocessing
import os
import socket
from pathlib import Path

from ansible.plugins.lookup import LookupBase

BOOT = Path("/proc/sys/kernel/random/boot_id")
START = 19  # field 22 of proc(5) stat, counted after the name


def identity(pid):
    """Return ``PID:START``, or None when there is no such process, or only what is left of it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{pid}:{fields[START]}"


def alive():
    """Return every process that may be a run, or None where processes of others are hidden."""
    if identity(1) is None:
        return None
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = place.read_bytes()
        except OSError:
            continue
        if b"ansible" in command:
            found.append(identity(place.parent.name))
    return sorted(one for one in found if one)


def user():
    """Return the name of whoever runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, in a container
        return f"user {os.getuid()}"


def controller():
    """Return who runs the playbook of which this process, or its parent where it is a worker, is the main one."""
    parent = multiprocessing.parent_process()
    pid = parent.pid if parent else os.getpid()
    return {
        "holder": f"{user()}@{socket.gethostname()} (process {pid})",
        "machine": f"{BOOT.read_text().strip()} {Path('/proc/self/ns/pid').readlink()}",
        "process": identity(pid) or f"{pid}:0",
        "alive": alive(),
    }


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms, variables=None, **kwargs):  # noqa: ARG002 - the signature is Ansible's
        self.set_options(var_options=variables, direct=kwargs)
        return [{**controller(), "force": self.get_option("force")}]
