"""A site's secrets: encrypted for their owner, complete, and never made anew by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from novaform import core
from novaform.site import secret

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "a vault's password"
HOSTILE = {"one": "pa@/%: '\"$x\\{{ 1 }}\n#", "number": "0123", "word": "yes", "umlaut": "\u00e4\u2028"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "group_vars" / "all" / "secrets.yml"


def test_what_is_saved_is_loaded_to_the_letter(path: Path) -> None:
    secret.save(path, PASSWORD, HOSTILE)
    assert secret.load(path, PASSWORD) == HOSTILE


def test_the_file_is_encrypted_and_its_owners_alone(path: Path) -> None:
    secret.save(path, PASSWORD, {"name": "plainly-visible"})
    kept = path.read_text(encoding="ascii")
    assert kept.startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    assert b"plainly-visible".hex() not in kept.replace("\n", "")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secrets.yml"]


def test_a_wrong_password_is_a_sentence(path: Path) -> None:
    secret.save(path, PASSWORD, HOSTILE)
    with pytest.raises(core.errors.Error) as caught:
        secret.load(path, PASSWORD + " ")
    assert str(caught.value) == f"{path}: the vault password does not open it: give the password it was made with"


def test_a_file_that_nobody_encrypted_is_a_sentence_too(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("novaform_secrets: {one: open}\n", encoding="utf-8")
    with pytest.raises(core.errors.Error, match="the vault password does not open it"):
        secret.load(path, PASSWORD)


def test_without_a_file_there_are_none(path: Path) -> None:
    assert secret.load(path, PASSWORD) == {}


def test_every_secret_that_a_site_can_ask_for_is_made() -> None:
    full = secret.complete({})
    assert set(full) == set(secret.needed_names())
    assert {"keystone_admin", "metadata_proxy", "database_nova", "broker_nova"} <= set(full)
    passwords = [value for name, value in full.items() if not name.startswith("migration_ssh")]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 32


def test_known_secrets_stay_and_only_missing_ones_are_made() -> None:
    full = secret.complete({})
    assert secret.complete(full) == full
    missing = {name: value for name, value in full.items() if name != "keystone_admin"}
    again = secret.complete({**missing, "somebody's": "kept"})
    assert again["keystone_admin"] != full["keystone_admin"]
    assert {**again, "keystone_admin": ""} == {**full, "keystone_admin": "", "somebody's": "kept"}


def test_the_migration_keys_belong_together() -> None:
    made = secret.complete({})
    assert made["migration_ssh_key"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert made["migration_ssh_public"].startswith("ssh-ed25519 ")
    assert made["migration_ssh_public"] != secret.complete({})["migration_ssh_public"]
