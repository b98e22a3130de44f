"""In the directory of a site, and from elsewhere with its inventory, commands find what they need by themselves."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from novaform.cli import main
from novaform.clients import runner
from novaform.site import secret

if TYPE_CHECKING:
    from novaform.simulate.cloud.cloud import Cloud

DECLARED = """\
stack: shop
networks: {private: {cidr: 192.168.50.0/24}}
instances: {web: {image: debian, flavor: small, networks: [private]}}
"""
HOSTS = f"""\
all:
  hosts: {{compute1: {{ansible_connection: local, ansible_python_interpreter: {sys.executable}}}}}
  children: {{compute: {{hosts: {{compute1: }}}}}}
"""


@pytest.fixture
def site(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site as ``novaform site secrets`` leaves it, and a working folder elsewhere."""
    cloud.glance.add("debian")
    cloud.nova.answer("POST", "/flavors", {}, {"flavor": {"name": "small", "vcpus": 1, "ram": 512, "disk": 1}})
    made = tmp_path / "site"
    (made / "group_vars" / "all").mkdir(parents=True)
    (made / ".vault-password").write_text("hunter2\n")
    secret.save(made / "group_vars" / "all" / "secrets.yml", "hunter2", {"keystone_admin": "s3cret"})
    (made / "hosts.yml").write_text(HOSTS)
    (made / "instances.yml").write_text(DECLARED)
    (tmp_path / "clouds.yaml").rename(made / "clouds.yaml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE")
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    return made


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("inventory", ["hosts.yml", "."])
def test_an_inventory_elsewhere_brings_its_clouds_and_its_vault(
    site: Path, inventory: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if inventory == ".":
        (site / "instances.yml").rename(site.parent / "instances.yml")
        site_file = site.parent / "instances.yml"
    else:
        site_file = site / "instances.yml"
    assert main.main(["status", str(site_file), "-i", str(site / inventory), "--json"]) == 2
    silent = told(capsys)["silent"]["compute1"]
    assert "libvirt" in silent  # its own answer, for which Ansible had to read the vaulted variables
    assert "vault" not in silent.lower()


@pytest.mark.parametrize("command", ["plan", "drift", "status"])
@pytest.mark.usefixtures("cloud")
def test_in_the_directory_nothing_need_be_said(
    site: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    assert main.main([command, "--json"]) == 2
    assert "web" in json.dumps(told(capsys))


def test_consoles_are_made_only_when_asked_for(
    site: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    assert main.main(["apply"]) == 0
    cloud.log.clear()
    assert main.main(["status"]) == 0
    assert not [path for _, path in cloud.log if "remote-consoles" in path]
    main.main(["status", "--consoles"])
    assert [path for _, path in cloud.log if "remote-consoles" in path]
    del capsys


@pytest.mark.parametrize("command", ["plan", "status", "drift", "explain web", "undo --list"])
def test_what_only_reads_needs_no_state(
    site: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc")
    assert main.main([*command.split(), "--json"]) in {0, 2}
    capsys.readouterr()
    assert main.main(["apply"]) == 1
    err = capsys.readouterr().err
    assert "set XDG_STATE_HOME to a folder that is yours" in err
    assert "/proc/.local" in err


def test_what_an_earlier_version_kept_is_told_and_not_used(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    former = tmp_path / "state" / "novaform" / "shop"
    former.mkdir(parents=True)
    (former / "journal.sqlite").write_bytes(b"")
    assert main.main(["plan"]) == 2
    assert f"{former} is of an earlier version" in capsys.readouterr().err
    assert main.main(["apply"]) == 0
    capsys.readouterr()
    assert main.main(["plan"]) == 0
    assert capsys.readouterr().err == ""
    assert not (former / "journal.sqlite").read_bytes()


def test_what_is_kept_is_its_owners_alone(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    assert main.main(["apply"]) == 0
    kept = [one for one in (tmp_path / "state" / "novaform").rglob("*") if one.is_file()]
    assert {one.name for one in kept} == {"journal.sqlite", "lock"}
    folders = {one.parent for one in kept}
    assert all(stat.S_IMODE(one.stat().st_mode) & 0o77 == 0 for one in folders)
    shutil.rmtree(tmp_path / "state")
    assert not list(runner.MEMORY.glob(f"{runner.PREFIX}{Path('/proc/self').resolve().name}-*"))
