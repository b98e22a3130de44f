# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What every task of a run did, for programs: which steps on which host, and how long it took."""

from __future__ import annotations

DOCUMENTATION = r"""
name: steps
type: notification
short_description: Keep the steps and the time of every task in a file
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Appends one line of JSON to a file at the end of each run that used a module of this collection, with what those
    returned as C(steps). Two runs can so be compared, and a prediction in check mode with what was done.
  - Names only. Neither values nor differences are kept.
options:
  path:
    description: The file. Its directory is made when it is missing.
    type: path
    required: true
    env: [{name: NOVAFORM_STEPS}]
    ini: [{section: callback_steps, key: path}]
requirements:
  - enable in configuration, with C(callbacks_enabled) or C(ANSIBLE_CALLBACKS_ENABLED)
"""

import json
import time
from pathlib import Path

from ansible import context
from ansible.plugins.callback import CallbackBase

COLLECTION = "novaform.compute."


def steps_of(result):
    """Return the steps of a task's result, of all items of a loop when it has one."""
    items = result.get("results") or [result]
    return [step for item in items if isinstance(item, dict) for step in item.get("steps") or ()]


class CallbackModule(CallbackBase):
    """Collects while the run goes on, and writes at its end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "novaform.compute.steps"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.playbook = ""
        self.began = time.monotonic()
        self.started = {}
        self.results = []

    def v2_playbook_on_start(self, playbook):
        self.playbook = Path(playbook._file_name).name  # noqa: SLF001 - a playbook has no public name

    def v2_runner_on_start(self, host, task):
        self.started[host.get_name(), task._uuid] = time.monotonic()  # noqa: SLF001 - a task has no other identity

    def keep(self, result, outcome):
        """Keep one host's result of one task."""
        host = result.host.get_name()
        now = time.monotonic()
        self.results.append(
            {
                "host": host,
                "task": result.task.get_name(),
                "module": result.task.action,
                "outcome": outcome,
                "changed": bool(result.result.get("changed")),
                "seconds": round(now - self.started.get((host, result.task._uuid), now), 3),  # noqa: SLF001 - as above
                "steps": steps_of(result.result),
            }
        )

    def v2_runner_on_ok(self, result):
        self.keep(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):  # noqa: FBT002 - the signature is Ansible's
        self.keep(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        self.keep(result, "unreachable")

    def v2_playbook_on_stats(self, stats):  # noqa: ARG002 - the signature is Ansible's
        if not any(one["module"].startswith(COLLECTION) for one in self.results):
            return
        line = {
            "playbook": self.playbook,
            "check": bool(context.CLIARGS.get("check")),
            "seconds": round(time.monotonic() - self.began, 3),
            "results": self.results,
        }
        path = Path(self.get_option("path"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
