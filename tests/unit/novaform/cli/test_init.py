"""``novaform init``: a directory that Ansible takes as an inventory, whose files are the operator's from then on."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from novaform import core
from novaform.cli import init, main
from novaform.site import directory, file, secret

HOSTS = ["--control", "control=192.0.2.11", "--compute", "compute1=192.0.2.12", "--compute", "192.0.2.13"]
PINNED = "".join(f"192.0.2.{number} ssh-ed25519 AAAA\n" for number in (11, 12, 13))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site's directory in which the hosts' keys are pinned already, so that none is asked for."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "known_hosts").write_text(PINNED, encoding="utf-8")
    return tmp_path / "site"


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("control1=192.0.2.1", ("control1", "192.0.2.1")),
        ("192.0.2.1", ("192.0.2.1", "192.0.2.1")),
        ("node.example.org", ("node.example.org", "node.example.org")),
        ("six=2001:db8::1", ("six", "2001:db8::1")),
    ],
)
def test_a_host_is_a_name_and_an_address(text: str, expected: tuple[str, str]) -> None:
    assert init._split_host(text) == expected


@pytest.mark.parametrize("text", ["", "=192.0.2.1", "control1=", "-oProxyCommand=x"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(core.errors.DeclareError, match="is not a host: write NAME=ADDRESS or ADDRESS"):
        init._split_host(text)


def test_a_new_site_is_whole(root: Path) -> None:
    assert main.main(["init", str(root), *HOSTS, "--user", "debian"]) == 0
    everything = parsed(root / "hosts.yml")["all"]
    assert everything["hosts"] == {
        "control": {"ansible_host": "192.0.2.11"},
        "compute1": {"ansible_host": "192.0.2.12"},
        "192.0.2.13": {"ansible_host": "192.0.2.13"},
    }
    members = {group: list(value["hosts"]) for group, value in everything["children"].items()}
    assert members == {"control": ["control"], "network": ["control"], "compute": ["compute1", "192.0.2.13"]}
    assert everything["vars"]["ansible_user"] == "debian"
    assert parsed(root / "group_vars" / "all" / "cloud.yml") == {"cloud": {"region": "RegionOne"}}
    site = directory.SiteDirectory(root)
    kept = secret.load(site.secrets, directory.read_password(site))
    assert set(kept) == set(secret.needed_names())
    auth = parsed(site.clouds)["clouds"]["novaform"]["auth"]
    assert (auth["auth_url"], auth["password"]) == ("http://192.0.2.11:5000/v3", kept["keystone_admin"])


def test_without_compute_hosts_the_control_host_is_one(root: Path) -> None:
    assert main.main(["init", str(root), "--control", "aio=192.0.2.11"]) == 0
    groups = parsed(root / "hosts.yml")["all"]["children"]
    assert groups == {name: {"hosts": {"aio": None}} for name in ("control", "network", "compute")}


def test_secrets_are_for_their_owner_and_not_for_git(root: Path) -> None:
    main.main(["init", str(root), *HOSTS])
    for name in (".vault-password", "clouds.yaml", "group_vars/all/secrets.yml"):
        assert (root / name).stat().st_mode & 0o777 == 0o600, name
    assert (root / ".gitignore").read_text(encoding="utf-8").split() == [".vault-password", "clouds.yaml"]


def test_a_second_time_everything_stays_as_the_operator_left_it(root: Path) -> None:
    main.main(["init", str(root), *HOSTS])
    for name in ("hosts.yml", "group_vars/all/cloud.yml", "ansible.cfg"):
        (root / name).write_text("# mine\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main.main(["init", str(root), "--control", "other=192.0.2.11"]) == 0
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_write_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    assert file.write_once(path, "first", mode=0o600)
    assert not file.write_once(path, "second", mode=0o644)
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("first", 0o600)


def test_hosts_whose_keys_cannot_be_asked_for_are_a_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert main.main(["init", str(root), "--control", "192.0.2.1"]) == 1
    assert capsys.readouterr().err == "novaform: ssh-keyscan is missing: apt-get install openssh-client\n"


def test_secrets_of_an_inventory_of_ones_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["site", "secrets", str(root)]) == 1
    assert capsys.readouterr().err == f"novaform: {root}/hosts.yml is not there: `novaform init {root}` writes it\n"
    (root / "hosts.yml").write_text("all: {hosts: {a: {ansible_host: 192.0.2.9}}, children: {control: {hosts: {a: }}}}")
    assert main.main(["site", "secrets", str(root)]) == 0
    assert parsed(root / "clouds.yaml")["clouds"]["novaform"]["auth"]["auth_url"] == "http://192.0.2.9:5000/v3"


def test_a_host_that_loses_its_power_is_given_up_after_a_minute(root: Path) -> None:
    main.main(["init", str(root), *HOSTS])
    ours = (Path(__file__).parents[4] / "ansible.cfg").read_text(encoding="utf-8")
    for text in ((root / "ansible.cfg").read_text(encoding="utf-8"), ours):
        config = configparser.ConfigParser(inline_comment_prefixes=None, interpolation=None)
        config.read_string(text)
        words = dict(word.split("=") for word in config["ssh_connection"]["ssh_args"].split() if "=" in word)
        assert int(words["ServerAliveInterval"]) * int(words["ServerAliveCountMax"]) == 60
        assert words["ControlPersist"] == "60s"
        assert config["defaults"]["timeout"] == "10"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds.yaml"
    file.replace(path, "old", 0o600)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        file.replace(path, "new", 0o600)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("clouds.yaml", "old")]


def test_an_empty_vault_password_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".vault-password").touch()
    assert main.main(["init", str(root), *HOSTS]) == 1
    assert ".vault-password is empty: put the vault's password into it again" in capsys.readouterr().err
    assert not (root / "clouds.yaml").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--control", "c1=192.0.2.11", "--compute", "c1=192.0.2.12"], "c1 is given with two addresses"),
        (["--control", "a=192.0.2.11", "--compute", "b=192.0.2.11"], "192.0.2.11 is given with two names: a, b"),
        (
            ["--control", "a=192.0.2.11", "--compute", "b=192.0.2.12", "--compute", "b=192.0.2.13"],
            "b is given with two",
        ),
        (["--control", "a=192.0.2.11", "--compute", "b=192.0.2.12", "--compute", "b=192.0.2.12"], "given twice"),
        (["--control", "a=300.1.1.1"], "must be an IPv4 address or a host name"),
        (["--control", "a=x;reboot"], "must be an IPv4 address or a host name"),
        (["--control", "a=x\nb"], "must be an IPv4 address or a host name"),
        (["--control", "../a=192.0.2.11"], "must be a name of letters"),
        (["--control", "a=-oProxyCommand=x"], "must be an IPv4 address or a host name"),
        (["--control", "a=192.0.2.11", "--user", "root -oProxyCommand=x"], "is not the name of an account"),
    ],
)
def test_what_contradicts_itself_is_refused_before_anything_is_written(
    tmp_path: Path, words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "site"
    assert main.main(["init", str(root), *words]) == 1
    assert expected in capsys.readouterr().err
    assert not root.exists()


@pytest.mark.parametrize("name", ["with space", "it's", "100%", "{{ x }}", 'q"uote'])
def test_a_path_that_ssh_reads_as_two_is_refused(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["init", str(tmp_path / name), *HOSTS]) == 1
    assert "has no space" in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_a_host_that_is_control_and_compute_may_be_said_so(root: Path) -> None:
    assert main.main(["init", str(root), "--control", "a=192.0.2.11", "--compute", "a=192.0.2.11"]) == 0


def test_gitignore_is_completed(root: Path) -> None:
    (root / ".gitignore").write_text("*.swp\n/clouds.yaml", encoding="utf-8")
    assert main.main(["init", str(root), *HOSTS]) == 0
    assert (root / ".gitignore").read_text(encoding="utf-8") == "*.swp\n/clouds.yaml\n.vault-password\n"


def test_two_at_once_lose_no_secret(root: Path) -> None:
    """Each waits for the other; what one makes the other finds."""
    (root / "hosts.yml").write_text("all: {hosts: {a: {ansible_host: 192.0.2.9}}, children: {control: {hosts: {a: }}}}")
    (root / "given.yml").write_text("database_nova: mine\n")
    program = [sys.executable, "-m", "novaform", "site", "secrets", str(root)]
    running = [
        subprocess.Popen([*program, *words])
        for words in ((), ("--given", str(root / "given.yml")), (), ("--given", str(root / "given.yml")))
    ]
    assert [one.wait(60) for one in running] == [0, 0, 0, 0]
    site = directory.SiteDirectory(root)
    kept = secret.load(site.secrets, directory.read_password(site))
    assert kept["database_nova"] == "mine"
    assert parsed(site.clouds)["clouds"]["novaform"]["auth"]["password"] == kept["keystone_admin"]


def test_a_vault_without_its_password_is_not_given_another(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main.main(["init", str(root), *HOSTS])
    (root / ".vault-password").unlink()
    assert main.main(["init", str(root), *HOSTS]) == 1
    assert "put the password of" in capsys.readouterr().err
    assert not (root / ".vault-password").exists()


def test_clients_are_told_the_declared_address(root: Path) -> None:
    (root / "hosts.yml").write_text("all: {hosts: {a: {ansible_host: x}}, children: {control: {hosts: {a: }}}}")
    (root / "group_vars" / "all").mkdir(parents=True)
    (root / "group_vars" / "all" / "cloud.yml").write_text("cloud: {address: cloud.example.org, region: north}")
    assert main.main(["site", "secrets", str(root)]) == 0
    entry = parsed(root / "clouds.yaml")["clouds"]["novaform"]
    assert (entry["auth"]["auth_url"], entry["region_name"]) == ("http://cloud.example.org:5000/v3", "north")
