"""Whatever bytes stand in a site's files: a value or a sentence, soon, and no word of the file on the screen."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.novaform.compute.plugins.filter import preflight
from novaform import core
from novaform.cli import main
from novaform.declare import document
from novaform.lab import topology
from novaform.site import directory, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANY = 300
SECONDS = 2.0
CANARY = "CANARYHunter2"
BITS = [b"{", b"}", b"[", b"]", b": ", b",", b"&a ", b"*a", b"!!x ", b"!%s " % CANARY.encode(), b"*" + CANARY.encode(),
        b"|", b">", b"'", b'"', b"\n", b"\t", b"- ", b"? ", b"~", b"<<: *a", b"\0", b"\xff", b"\xfe\xff", b"---\n",
        b"%", b"@", b"`", b"0640", b"-1", b"9" * 5000, b"{{ x }}", b"#", b"\\", b"\r", b"\xe2\x80\xae", b"[" * 500,
        b"<secret:keystone_admin>", b"2001-99-99", b"1e999", b".nan", b"x" * 5000]  # fmt: skip
CLOUD = f"""\
cloud:
  region: north
  address: 192.0.2.1
  external: {{interface: eth1, cidr: 203.0.113.0/24, gateway: 203.0.113.1, pool: [203.0.113.100, 203.0.113.199]}}
  overcommit: {{cpu: 4, ram: 1.0}}
  reserved: {{memory_mb: 512, disk_gb: 1}}
  workers: 2
nova_config:
  compute: {{libvirt: {{cpu_mode: none, password: {CANARY}}}}}
nova_compute_qemu_conf: {{user: root, cgroup_controllers: [cpu, {CANARY}]}}
tunnel_address: 192.0.2.9
""".encode()
HOSTS = f"""\
all:
  hosts:
    control1: {{ansible_host: 192.0.2.11, ansible_password: {CANARY}}}
    compute1: {{ansible_host: 192.0.2.12, ansible_become_password: "{CANARY}"}}
  vars: {{ansible_user: root}}
  children:
    control: {{hosts: {{control1: }}}}
    compute: {{hosts: {{compute1: }}}}
""".encode()
GIVEN = "".join(f"{name}: {CANARY}\n" for name in ("keystone_admin", "database_nova", "broker_nova")).encode()
TOPOLOGY = b"suite: trixie\nhosts:\n  a: {groups: [control, network]}\n  b: {groups: [compute]}\ncloud: {region: x}\n"


def spoilt(seed: bytes) -> Iterator[bytes]:
    """Yield the file, and what becomes of it by accidents; the same ones each time."""
    chance = random.Random(len(seed))
    yield seed
    yield b""
    yield b"{}," * 100_000
    yield b"[" + b"{}," * 150_000 + b"]"
    yield b"a: " + b"x" * 600_000
    yield b"".join(b"k%d: %d\n" % (number, number) for number in range(40_000))
    for _ in range(MANY):
        content = seed
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content) + 1)
            content = content[:place] + chance.choice(BITS) + content[place + chance.randint(0, 12) :]
        yield content


def outcome(try_it: Callable[[], object]) -> str:
    """Return the sentence with which something was refused, or nothing; anything but our errors is a failure."""
    began = time.process_time()
    try:
        try_it()
    except core.errors.Error as error:
        said = str(error)
    else:
        said = ""
    assert time.process_time() - began < SECONDS
    assert CANARY not in said
    return said


@pytest.mark.parametrize("seed", [CLOUD, HOSTS, GIVEN, TOPOLOGY], ids=["cloud", "hosts", "given", "topology"])
def test_the_door(seed: bytes) -> None:
    said = [outcome(lambda content=content: document.parse(content, "site.yml")) for content in spoilt(seed)]
    assert said[0] == ""
    assert 0 < said.count("") < len(said)


def test_a_topology(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    for content in spoilt(TOPOLOGY):
        path.write_bytes(content)
        outcome(lambda: topology.load(str(path)))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's directory with its secrets in place, and we are in it."""
    (tmp_path / "hosts.yml").write_bytes(HOSTS)
    directory.add_secrets(directory.SiteDirectory(tmp_path), "192.0.2.11")
    monkeypatch.chdir(tmp_path)
    return tmp_path


FILES = {"hosts.yml": HOSTS, "group_vars/all/cloud.yml": CLOUD, "given.yml": GIVEN}


@pytest.mark.parametrize("name", FILES)
def test_site_secrets(root: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--given", name) if name == "given.yml" else ()
    kept = root / "group_vars/all/secrets.yml"
    before = kept.read_bytes()
    statuses = []
    for content in spoilt(FILES[name]):
        (root / name).write_bytes(content)
        began = time.process_time()
        statuses.append(main.main(["site", "secrets", ".", *words]))
        assert time.process_time() - began < SECONDS
        shown = "".join(capsys.readouterr())
        assert not [word for word in (CANARY, "Traceback") if word in shown]
        assert kept.read_bytes() == before or (words and statuses[-1] == 0)
        before = kept.read_bytes()
    assert {statuses[0], *statuses} == {0, 1}


def test_vaulted_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.yml"
    for content in spoilt(b"novaform_secrets: {" + GIVEN.replace(b"\n", b", ") + b"}"):
        path.write_bytes(secret._vault("password").encrypt(content))
        outcome(lambda: secret.load(path, "password"))


def read_by_ansible(path: Path) -> dict[str, Any] | None:
    """Return a file of variables; None where Ansible itself complains."""
    try:
        found = DataLoader().load_from_file(str(path))
    except (AnsibleError, ValueError, RecursionError, TypeError):
        return None
    return found if isinstance(found, dict) and all(isinstance(name, str) for name in found) else None


def keys(value: Any) -> Iterator[object]:
    """Yield every key in a value: names are repeated in a sentence, values are not."""
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(one)


def test_what_ansible_reads_is_judged(tmp_path: Path) -> None:
    """What Ansible itself can read as variables never becomes a traceback of ours."""
    path = tmp_path / "cloud.yml"
    groups = {"control": ["control1"], "compute": ["compute1"]}
    judged = 0
    for content in spoilt(CLOUD):
        path.write_bytes(content)
        found = read_by_ansible(path)
        if found is None:
            continue
        judged += 1
        began = time.process_time()
        rows = preflight.preflight({"control1": {**found, "address": "192.0.2.1"}, "compute1": found}, groups)
        assert time.process_time() - began < SECONDS
        assert CANARY not in str(rows) or CANARY in str(list(keys(found)))
    assert judged > MANY // 10
