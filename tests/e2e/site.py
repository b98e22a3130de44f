"""A deployed site in a lab, as its operator has it: playbooks, SSH, the OpenStack client, and novaform itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import endpoint
from novaform.lab import home, host, lifecycle
from novaform.site import secret

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(sys.executable).parent
PLAYBOOK_SECONDS = 1500
COMMAND_SECONDS = 300


class Ended(NamedTuple):
    """A program that has ended."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def run(*argv: str, env: dict[str, str] | None = None, seconds: float = COMMAND_SECONDS, text: str = "") -> Ended:
    done = subprocess.run(
        argv, env=env, timeout=seconds, input=text, capture_output=True, text=True, check=False, errors="replace"
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_well(*argv: str, **options: Any) -> str:
    ended = run(*argv, **options)
    assert ended.status == 0, f"{' '.join(argv)} ended with {ended.status}:\n{ended.said}"
    return ended.out


class Site:
    """A lab with everything that an operator keeps of it."""

    def __init__(self, name: str, root: Path, scratch: Path) -> None:
        self.name = name
        self.root = root
        self.scratch = scratch
        self.place = home.from_environment().lab(name)
        self.record = lifecycle.load(home.from_environment(), name)
        self.inventory = self.place.inventory

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_CONFIG": str(self.root / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.inventory / ".vault-password"),
            "ANSIBLE_CALLBACKS_ENABLED": "novaform.compute.steps",
            "NOVAFORM_STEPS": str(self.scratch / "steps.jsonl"),
            "OS_CLIENT_CONFIG_FILE": str(self.inventory / "clouds.yaml"),
            "OS_CLOUD": "novaform",
            "XDG_STATE_HOME": str(self.scratch / "state"),
            "XDG_CACHE_HOME": str(self.scratch / "cache"),
        }

    def hosts(self, group: str) -> list[str]:
        return [name for name, groups in self.record.topology.hosts.items() if group in groups]

    def address(self, name: str) -> str:
        return str(self.record.address(name))

    def ssh(self, name: str, command: str, text: str = "") -> Ended:
        return run(*host.ssh_argv(self.record, self.place, name), command, text=text)

    def ask(self, name: str, command: str, text: str = "") -> str:
        """Run a command on a host and return what it printed; it must succeed."""
        return run_well(*host.ssh_argv(self.record, self.place, name), command, text=text)

    def answers(self) -> bool:
        """Tell whether a cloud is deployed here."""
        return run("openstack", "compute", "service", "list", env=self.env).status == 0

    def openstack(self, *words: str) -> Any:
        return json.loads(run_well("openstack", *words, "-f", "json", env=self.env))

    def placement(self, path: str) -> Any:
        """Ask placement, for which the client has no commands of its own."""
        token = run_well("openstack", "token", "issue", "-f", "value", "-c", "id", env=self.env).strip()
        base = next(one["URL"] for one in self.openstack("endpoint", "list", "--service", "placement"))
        request = urllib.request.Request(f"{base}{path}", headers={"X-Auth-Token": token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def playbook(self, *words: str, inventory: Path | None = None, **env: str) -> Ended:
        """Run site.yml as people do."""
        given = ["-i", str((inventory or self.inventory) / "hosts.yml"), "novaform.compute.site", *words]
        return run("ansible-playbook", *given, env=self.env | env, seconds=PLAYBOOK_SECONDS)

    def novaform(self, *words: str) -> Ended:
        return run("novaform", *words, env=self.env, seconds=PLAYBOOK_SECONDS)

    def secrets(self) -> dict[str, str]:
        """Everything in the vault that must never be seen; a public key may."""
        password = (self.inventory / ".vault-password").read_text().strip()
        values = secret.load(self.inventory / "group_vars/all/secrets.yml", password)
        hidden = {name: value for name, value in values.items() if not name.endswith("_public")}
        return {**hidden, **{f"{name} as used": endpoint.fit(name, value) for name, value in hidden.items()}}

    def noted(self) -> dict[str, Any]:
        """What the callback ``steps`` noted of the last playbook run."""
        lines = (self.scratch / "steps.jsonl").read_text().splitlines()
        found: dict[str, Any] = json.loads(lines[-1])
        return found


def steps(noted: dict[str, Any], host_name: str) -> Iterator[tuple[str, str, str]]:
    for result in noted["results"]:
        if result["host"] == host_name:
            for step in result["steps"]:
                yield step["action"], step["kind"], step["name"]
