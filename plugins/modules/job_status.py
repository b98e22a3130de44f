# Copyright: (c) Novaform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the action plugin of this name is documented with; nothing of it runs on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: job_status
short_description: Ask after a module of this collection that runs in the background
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Does what M(ansible.builtin.async_status) does, and takes of the host's answer only what a module of this
    collection may say.
options:
  jid:
    description: The job's id, as the task that started it has returned it in C(ansible_job_id).
    type: str
    required: true
  mode:
    description: With V(status) asks after the job, with V(cleanup) removes its record from the host.
    type: str
    choices: [status, cleanup]
    default: status
attributes:
  check_mode:
    description: Can run in check mode, and does the same there.
    support: full
  diff_mode:
    description: Changes nothing itself; what the job has changed is in its own answer.
    support: none
  action:
    description: Its answer is checked on the controller.
    support: full
seealso:
  - module: ansible.builtin.async_status
"""

EXAMPLES = r"""
- name: Bring up Nova's schemas and cells in the background
  novaform.compute.nova_database:
    component: "{{ nova_database_component }}"
    secrets: "{{ novaform_secrets | novaform.compute.secrets_for(nova_database_component) }}"
  async: 5400
  poll: 0
  register: started

- name: Wait for them
  novaform.compute.job_status:
    jid: "{{ started.ansible_job_id }}"
  register: job
  until: job is finished
  delay: 2
  retries: 2700

- name: Remove the job's record from the host
  novaform.compute.job_status:
    jid: "{{ started.ansible_job_id }}"
    mode: cleanup
"""

RETURN = r"""
ansible_job_id:
  description: The job's id.
  returned: success
  type: str
  sample: j123456789012.4321
started:
  description: Whether the job has started.
  returned: always
  type: bool
  sample: true
finished:
  description: Whether the job has ended. What its module returned is returned then, too.
  returned: always
  type: bool
  sample: true
erased:
  description: The record that was removed.
  returned: with O(mode=cleanup)
  type: str
"""
