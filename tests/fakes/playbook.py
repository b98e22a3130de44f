"""The real site.yml on hosts that are folders: what was sent to each, and what was said on the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from novaform.clients import runner
from novaform.site import secret

from fakes import interpreter
from fakes.fact import honest

ADDRESSES = {"control1": "192.0.2.11", "compute1": "192.0.2.12", "evil1": "192.0.2.13"}
GROUPS = {"control": ["control1"], "network": ["control1"], "compute": ["compute1", "evil1"]}
PREPARED = {"changed": False, "steps": [], "pending": [], "left": {}, "unproven": []}


class Ended(NamedTuple):
    """A run of ansible-playbook."""

    status: int
    said: str


class Site:
    """A site of three hosts below a folder. ``answers`` is ``{host: {module: answer}}``, honest until changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.answers: dict[str, dict[str, Any]] = {
            name: {"host_info": {"changed": False, "facts": honest(name, address)}, "host": dict(PREPARED)}
            for name, address in ADDRESSES.items()
        }
        self.variables: dict[str, dict[str, Any]] = {name: {} for name in ADDRESSES}
        self.secrets = {name: f"S3CRET-{name}-" for name in secret.complete({})}

    def write(self) -> None:
        """Write the inventory and the hosts."""
        hosts = {}
        for name, address in ADDRESSES.items():
            folder = self.root / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "answer.json").write_text(json.dumps(self.answers[name]), encoding="utf-8")
            python = self.root / f"python-{name}"
            answering = f'{sys.executable} {interpreter.__file__} {folder} "$@"'
            python.write_text(f"#!/bin/sh\nexec {answering}\n", encoding="utf-8")
            python.chmod(0o755)
            hosts[name] = {
                "ansible_connection": "local",
                "ansible_python_interpreter": str(python),
                "address": address,
                **self.variables[name],
            }
        groups = {name: {"hosts": dict.fromkeys(members)} for name, members in GROUPS.items()}
        variables = self.root / "group_vars" / "all"
        variables.mkdir(parents=True, exist_ok=True)
        (self.root / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "children": groups}}))
        (variables / "secrets.yml").write_text(yaml.safe_dump({"novaform_secrets": self.secrets}))

    def run(self, *words: str, callback: str = "ansible.builtin.default") -> Ended:
        """Run site.yml."""
        self.write()
        program = Path(sys.executable).parent / "ansible-playbook"
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "ANSIBLE_COLLECTIONS_PATH": runner.collections_path(),
            "ANSIBLE_STDOUT_CALLBACK": callback,
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
        }
        done = subprocess.run(
            [str(program), "-i", str(self.root / "hosts.yml"), "novaform.compute.site", *words],
            cwd=self.root, env=settings, capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        return Ended(done.returncode, done.stdout + done.stderr)

    def sent(self, host: str) -> set[str]:
        """Return the names of the secrets that a host was sent."""
        everything = b"".join(path.read_bytes() for path in (self.root / host).glob("sent-*"))
        return {name for name, value in self.secrets.items() if value.encode() in everything}

    def modules(self, host: str) -> list[str]:
        """Return the modules that a host was sent, in order."""
        return [path.name.split("-", 2)[2] for path in sorted((self.root / host).glob("sent-*"))]
