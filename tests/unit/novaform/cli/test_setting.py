"""What the user has set for Ansible is for the user's playbooks: no setting, and no broken file of them, is ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from novaform.simulate.cloud.cloud import Cloud

DECLARED = "stack: shop\nflavors: {small: {vcpus: 1, ram: 128MiB, disk: 1GiB}}\n"
HOSTS = "all: {hosts: {c1: {ansible_host: 192.0.2.11}}, children: {control: {hosts: {c1: }}}}\n"
CONFIGS: dict[str, Callable[[Path], object]] = {
    "no text": lambda path: path.write_bytes(b"\xff\x00\x1b[31m\n" * 20),
    "no number": lambda path: path.write_text("[defaults]\nforks = abc\n"),
    "no such strategy": lambda path: path.write_text("[defaults]\nstrategy = nosuch\nstdout_callback = nosuch\n"),
    "a pipe": os.mkfifo,
    "an endless file": lambda path: path.symlink_to("/dev/zero"),
}
VARIABLES = {
    "ANSIBLE_STRATEGY": "mitogen_linear",
    "ANSIBLE_STDOUT_CALLBACK": "nosuch",
    "ANSIBLE_FORKS": "abc",
    "ANSIBLE_DEBUG": "1",
    "ANSIBLE_KEEP_REMOTE_FILES": "1",
    "ANSIBLE_CONFIG": "/dev/zero",
}


@pytest.fixture(autouse=True)
def here(cloud: Cloud) -> None:
    """A declaration, and a site."""
    del cloud
    Path("instances.yml").write_text(DECLARED)
    Path("hosts.yml").write_text(HOSTS)


def runs() -> None:
    """Apply a declaration and make the secrets of a site, each in a process that imports Ansible afresh."""
    for words, said in (("apply", "Done: 1 steps."), ("site secrets .", "is complete")):
        program = [sys.executable, "-m", "novaform", *words.split()]
        ended = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr
        assert said in ended.stdout


@pytest.mark.parametrize("kind", CONFIGS)
def test_no_file_of_settings_is_in_the_way(kind: str) -> None:
    for place in (".ansible.cfg", "ansible.cfg"):
        CONFIGS[kind](Path(place))
    runs()


def test_no_variable_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    runs()
