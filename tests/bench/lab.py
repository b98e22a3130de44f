"""A lab to measure on, and the runs of site.yml on it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novaform.lab import home, host, lifecycle, topology

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(sys.executable).parent


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Lab:
    """A lab, and its control host."""

    def __init__(self, name: str) -> None:
        self.place = home.from_environment()
        self.record = lifecycle.load(self.place, name)
        self.control = next(host for host, groups in self.record.topology.hosts.items() if "control" in groups)
        self.home = self.place.lab(name)

    def ssh(self, command: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        argv = [*host.ssh_argv(self.record, self.home, self.control), command]
        return subprocess.run(argv, check=True, **options)

    def ask(self, command: str) -> bytes:
        return bytes(self.ssh(command, stdout=subprocess.PIPE).stdout)

    def play(self, playbook: str, *words: str, **more: str) -> tuple[float, dict[str, Any]]:
        """Run a playbook, with more of an environment; return its seconds and what the callback ``steps`` noted."""
        with tempfile.TemporaryDirectory() as folder:
            notes = Path(folder) / "steps.jsonl"
            env = os.environ | {
                "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
                "ANSIBLE_VAULT_PASSWORD_FILE": str(self.home.inventory / ".vault-password"),
                "ANSIBLE_CALLBACKS_ENABLED": "novaform.compute.steps",
                "NOVAFORM_STEPS": str(notes),
                **more,
            }
            argv = ["ansible-playbook", "-i", str(self.home.inventory / "hosts.yml"), playbook, *words]
            began = time.monotonic()
            done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
            seconds = time.monotonic() - began
            if done.returncode:
                sys.exit(f"{playbook} failed:\n{done.stdout}{done.stderr}")
            return seconds, json.loads(notes.read_text()) if notes.exists() else {"results": []}


@contextlib.contextmanager
def fresh(name: str) -> Iterator[Lab]:
    """Give an empty host with a site's secrets, and take it away again."""
    place = home.from_environment()
    lifecycle.down(place, name, say)
    lifecycle.up(place, name, topology.load("allinone"), say)
    try:
        lab = Lab(name)
        subprocess.run([PROGRAMS / "novaform", "site", "secrets", lab.home.inventory], check=True)
        yield lab
    finally:
        lifecycle.down(place, name, say)
