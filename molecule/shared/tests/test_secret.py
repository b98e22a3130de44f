"""No secret of the vault can be seen where it has no business: not on a host, and not in what Ansible said."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e import leak

if TYPE_CHECKING:
    from e2e.site import Site

pytestmark = pytest.mark.e2e


def test_hosts_show_no_secret(cloud: Site) -> None:
    script = shlex.quote(Path(leak.__file__).read_text())
    for name in cloud.record.topology.hosts:
        told = cloud.ask(name, f"python3 -c {script}", text=json.dumps(cloud.secrets()))
        assert told == "looked\n", f"{name}: {told}"


def test_ansible_said_no_secret(cloud: Site) -> None:
    log = cloud.root / "molecule" / cloud.record.topology.name / "ansible.log"
    said = log.read_bytes()
    assert b"PLAY RECAP" in said
    seen = [name for name, forms in leak.needles(cloud.secrets()).items() if any(form in said for form in forms)]
    assert not seen, f"{log} shows {seen}"


def test_a_leak_would_be_found(cloud: Site) -> None:
    name = cloud.hosts("control")[0]
    script = shlex.quote(Path(leak.__file__).read_text())
    told = cloud.ask(
        name, f"python3 -c {script}", text=json.dumps({"a word that sshd has in its arguments": "/usr/sbin/sshd"})
    )
    assert "arguments of" in told
