"""``novaform site verify``: the playbook that tries a cloud out, its progress told, and nothing left behind."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from novaform import core
from novaform.clients import runner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAYBOOK = "verify"
SECONDS = 1800
"""When a trial is ended in any case: each of its waits has a deadline of its own."""
CLEAR_SECONDS = 600
SILENT = ("assert", "debug", "fail", "include_tasks", "include_role", "validate_argument_spec")
FAILED = ("runner_on_failed", "runner_on_unreachable")


class TrialProgress:
    """Hears what Ansible does: tells it on the way, and keeps what came of it."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.began = time.monotonic()
        self.rows: dict[str, Any] | None = None
        self.wrong = ""

    def hear(self, event: dict[str, Any]) -> bool:
        """Take one event of ansible-runner's. The answer says that it need not be kept."""
        kind, data = event.get("event", ""), event.get("event_data") or {}
        action = str(data.get("task_action", "")).rpartition(".")[2]
        if kind == "playbook_on_task_start" and action not in SILENT:
            self.say(str(data.get("name", "")).rpartition(" : ")[2])
        elif kind in FAILED and not data.get("ignore_errors") and not self.wrong:
            self.wrong = str((data.get("res") or {}).get("msg") or kind)
        elif kind == "runner_on_ok" and action == "site_verify":
            self.take(data.get("res") or {})
        return False

    def take(self, result: dict[str, Any]) -> None:
        """Take what an act returned."""
        for host, row in (result.get("hosts") or {}).items():
            done = [f"{name} {row[name]} s" for name in core.verify.PHASES if row.get(name) is not None]
            if done or row.get("said"):
                self.say(f"  {host}: {', '.join(done)}{'; ' * bool(done and row.get('said'))}{row.get('said', '')}")
        if result.get("rows"):
            self.rows = result["rows"]

    def say(self, text: str) -> None:
        """Tell a line, with the time since the beginning."""
        self.tell(f"{time.monotonic() - self.began:6.1f} s  {core.text.clean_line(text)}")


def verify(inventory: Path, tell: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Try the cloud of an inventory and return what came of each compute host, as ``core.verify.merged`` has it.

    Whatever happens, an interruption too, what was made is deleted. Raises ``Error`` where there is no cloud to try.
    """
    if not inventory.is_file():
        raise core.errors.DeclareError(f"{inventory} is not there: name the directory that holds hosts.yml")
    progress = TrialProgress(tell)
    with runner.folder() as private:
        try:
            ended = runner.play(private, PLAYBOOK, inventory, runner.Playbook({}, progress.hear, SECONDS))
        except KeyboardInterrupt:
            _clear(private, inventory, progress)
            raise
    if progress.rows is None:
        raise core.errors.ApplyError(progress.wrong or ended or "the trial ended without a word")
    return progress.rows


def _clear(private: Path, inventory: Path, progress: TrialProgress) -> None:
    """Delete what an interrupted trial has made. What cannot be deleted now is deleted by the next trial."""
    progress.say("interrupted: deleting what was made")
    ended = runner.play(
        private, PLAYBOOK, inventory, runner.Playbook({"verify_tasks": "clear"}, progress.hear, CLEAR_SECONDS)
    )
    if ended:
        progress.say(f"not all could be deleted: novaform site verify begins with that ({progress.wrong or ended})")
