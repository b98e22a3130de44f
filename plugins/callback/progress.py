# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A deployment on the screen: when each task began, how long it took on each host, and how many steps it did there."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: stdout
short_description: One line when a task begins, and one for each host that it changed
version_added: 0.1.0
author:
  - The Novaform authors (@novaform)
description:
  - Shows the time since the start of the run with each task, and for each host how many steps a module of this
    collection did, by their kind, and how long it took.
  - Failures, differences and the recap look as those of P(ansible.builtin.default#callback).
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as stdout in configuration
"""

import time
from collections import Counter

from ansible.plugins.callback.default import CallbackModule as Default

from ..module_utils._core import text

INCLUDES = {"include_role", "include_tasks", "import_role"}
SILENT = INCLUDES | {"debug", "fail", "meta", "job_status", "validate_argument_spec"}


def count(steps):
    """Return "3 file, 1 unit" for steps, most first."""
    return ", ".join(
        f"{number} {text.clean_line(kind)}" for kind, number in Counter(one["kind"] for one in steps).most_common()
    )


class CallbackModule(Default):
    """Ansible's own output with the noise taken out and the time put in."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "novaform.compute.progress"

    def __init__(self):
        super().__init__()
        self.began = time.monotonic()
        self.started = {}
        self.waited = {}

    def v2_playbook_on_play_start(self, play):
        self._play = play
        self._display.display(f"{self.clock()}  {play.get_name().strip()}", color="bright blue")

    def v2_playbook_on_task_start(self, task, is_conditional):  # noqa: ARG002 - the signature is Ansible's
        self._last_task_banner = task._uuid  # noqa: SLF001 - a task has no other identity
        if task.action.rpartition(".")[2] not in SILENT:
            self._display.display(f"{self.clock()}    {task.get_name().rpartition(' : ')[2]}")

    def v2_playbook_on_include(self, included_file):
        """Say nothing: what is included names itself."""

    def v2_runner_on_start(self, host, task):
        self.started[host.get_name(), task._uuid] = time.monotonic()  # noqa: SLF001 - as above

    def v2_runner_on_skipped(self, result):
        """Say nothing."""

    def v2_runner_on_failed(self, result, ignore_errors=False):  # noqa: FBT002 - the signature is Ansible's
        """Say it once: Ansible's own error repeats the message around the task's lines in its file."""
        if not self._display.verbosity:
            result.result.pop("exception", None)
        super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_ok(self, result):
        msg = str(result.result.get("msg", ""))
        if result.task.action.rpartition(".")[2] == "debug" and msg != "no problems":
            self._display.display(msg, color="bright purple")
        if not result.result.get("changed"):
            return
        host, now = result.host.get_name(), time.monotonic()
        seconds = now - self.started.get((host, result.task._uuid), now)  # noqa: SLF001 - as above
        steps = result.result.get("steps") or ()
        many = "" if len(steps) == 1 else "s"
        done = f"{len(steps)} step{many} ({count(steps)})" if steps else "changed"
        self._display.display(f"{' ' * 12}{host}: {done} in {seconds:.1f} s", color="yellow")

    def v2_runner_item_on_ok(self, result):
        """Say nothing: the task says it when all its items are done."""

    def v2_runner_retry(self, result):
        """Say once a minute that a wait goes on: it is not a failure."""
        host, now = result.host.get_name(), time.monotonic()
        key = host, result.task._uuid  # noqa: SLF001 - as above
        minutes = int(now - self.started.get(key, now)) // 60
        if minutes > self.waited.get(key, 0):
            self.waited[key] = minutes
            self._display.display(f"{' ' * 12}{host}: still at it after {minutes} min")

    def clock(self):
        """Return the time since the run began."""
        minutes, tenths = divmod(int(10 * (time.monotonic() - self.began)), 600)
        return f"{minutes:3d}:{tenths / 10:04.1f}"
