"""What bears a name in a site's directory and cannot be read now is never taken for absent, and never made anew."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.cli import main
from novaform.site import directory, file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOSTS = "all: {hosts: {c1: {ansible_host: 192.0.2.11}}, children: {control: {hosts: {c1: }}}}\n"
NAMES = ("hosts.yml", "group_vars/all/cloud.yml", "group_vars/all/secrets.yml", ".vault-password", ".gitignore")


def listen(path: Path) -> None:
    """Put a socket there."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


KINDS: dict[str, Callable[[Path], None]] = {
    "a link to a volume that is not mounted": lambda path: path.symlink_to("/nowhere/at/all"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link through a file": lambda path: path.symlink_to("/dev/null/x"),
    "an endless file": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "a folder": os.mkdir,
    "a socket": listen,
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> directory.SiteDirectory:
    """A site with its secrets, and we are in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hosts.yml").write_text(HOSTS)
    made = directory.SiteDirectory(tmp_path)
    directory.add_secrets(made, "192.0.2.11")
    (tmp_path / "group_vars/all/cloud.yml").write_text("cloud: {region: north}\n")
    return made


def kept(root: Path) -> dict[str, bytes]:
    """Return every regular file."""
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_sentence_and_nothing_is_written(
    site: directory.SiteDirectory, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["site", "secrets", "."]) == 0
    before = kept(site.root)
    path = site.root / name
    path.unlink()
    KINDS[kind](path)
    del before[str(path)]
    capsys.readouterr()
    assert main.main(["site", "secrets", "."]) == 1
    told = capsys.readouterr().err
    assert name in told
    assert told.count("\n") == 1
    if name != ".gitignore":
        assert kept(site.root) == before


@pytest.mark.parametrize("kind", KINDS)
def test_nor_are_pinned_keys(site: directory.SiteDirectory, kind: str) -> None:
    KINDS[kind](site.root / "known_hosts")
    with pytest.raises(core.errors.DeclareError, match="known_hosts: "):
        directory.pin(site, [], print)


@pytest.mark.parametrize("kind", KINDS)
def test_nor_is_what_is_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "hosts.yml"
    KINDS[kind](path)
    before = path.lstat()
    assert not file.write_once(path, "new")
    assert path.lstat().st_ino == before.st_ino


def test_an_error_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").mkdir()
    with pytest.raises(OSError, match=r"Is a directory: '/.*/clouds\.yaml'"):
        file.replace(tmp_path / "clouds.yaml", "x")
    assert [one.name for one in tmp_path.iterdir()] == ["clouds.yaml"]
