"""What comes from where secrets are kept is told nowhere: not in answers, errors, files or what is remembered."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes import served, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from novaform.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Place = tuple[Any, ...]
CANARY = "C4nary"
WRONG = [
    CANARY, f"{CANARY} x", f"-{CANARY}", f"{CANARY}\x07", f"{CANARY}\n", CANARY * 60, f"{CANARY}\N{ZERO WIDTH SPACE}",
    f"ssh-rsa {CANARY}", f"-----BEGIN PRIVATE KEY----- {CANARY}", f"/{CANARY}", f"{CANARY}:1", "{{ " + CANARY + " }}",
]  # fmt: skip
NUMBERS = ["90817263", "908172639081", "90817263MB", "90817263GiB", "90817263s", "90.81.72.63/8", "90.81.72.63",
           "90817263-1", "90817263x", "true90817263"]  # fmt: skip
FORMS = ["env", "file", "var"]


def leaves(value: Any, path: Place = ()) -> Iterator[Place]:
    """Yield where one value stands, but for the names of variables."""
    if isinstance(value, dict) and path[:1] not in {("vars",), ("environments",)}:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    elif path and not isinstance(value, dict):
        yield path


LEAVES = list(leaves(whole.document()))


def put(document: Any, path: Place, value: Any) -> None:
    for name in path[:-1]:
        document = document[name]
    document[path[-1]] = value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in whole.FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(folder: Path, places: list[Place], value: str, form: str) -> None:
    document = whole.document()
    reference = {"env": {"from_env": "NOVAFORM_CANARY"}, "file": {"from_file": "canary"}, "var": {"from_var": "c"}}
    for path in places:
        put(document, path, reference[form])
    document.setdefault("vars", {})["c"] = {"from_env": "NOVAFORM_CANARY"}
    os.environ["NOVAFORM_CANARY"] = value
    (folder / "canary").write_text(value)
    (folder / "instances.yml").write_text(yaml.safe_dump(document, sort_keys=False))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(LEAVES), min_size=1, max_size=3), st.sampled_from(WRONG + NUMBERS), st.sampled_from(FORMS)
)
def test_no_field_tells_what_was_hidden(
    folder: Path, capsys: pytest.CaptureFixture[str], places: list[Place], value: str, form: str
) -> None:
    validate(folder, places, value, form)
    assert main.main(["validate", "--json"]) in {0, 1}
    told = "".join(capsys.readouterr())
    assert CANARY not in told
    assert "90817263" not in told
    assert "90.81" not in told


@pytest.mark.parametrize("value", WRONG + NUMBERS)
@pytest.mark.parametrize("form", FORMS)
def test_nor_do_all_fields_at_once(folder: Path, capsys: pytest.CaptureFixture[str], value: str, form: str) -> None:
    validate(folder, LEAVES, value, form)
    assert main.main(["validate"]) == 1
    told = "".join(capsys.readouterr())
    assert "is hidden, and a name is shown" in told or form == "var"
    assert CANARY not in told
    assert "90817263" not in told
    assert "90.81" not in told


DECLARED = """
stack: shop
vars: {token: {from_file: token}}
flavors: {small: {vcpus: {from_env: CANARY_CPUS}, ram: 512MiB, disk: 4GiB}}
networks: {private: {cidr: 10.9.0.0/24}}
defaults: {image: debian, flavor: small, networks: [private]}
instances:
  web:
    count: {from_env: CANARY_COUNT}
    user_data: {from_vault: secrets.yml#script}
    metadata: {role: web, env: {from_env: CANARY_ENV}, vault: {from_vault: secrets.yml#key}, var: {from_var: token}}
  db: {user_data: {text: {from_env: CANARY_ENV}}, metadata: {env: {from_env: CANARY_ENV}}}
"""
COMMANDS = [
    "validate", "validate --json", "simulate", "simulate --json", "plan", "plan --wide", "plan --json",
    "plan --out plan.json", "apply --plan plan.json", "plan", "status", "status --json", "explain web-1",
    "explain web-1 --json", "explain db", "drift", "drift --json", "export --out first --all",
]  # fmt: skip
LATER = [
    "plan", "plan --json", "plan --out plan.json", "drift --json", "explain web-1", "apply --json",
    "export --out second", "undo --list --json", "undo", "undo --json", "undo --yes", "plan", "apply",
]  # fmt: skip


class Site:
    """A folder with secrets of a generation, and commands in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.patch = folder, capsys, monkeypatch
        (folder / "password").write_text("open sesame\n")
        monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(folder / "password"))
        monkeypatch.setenv("CANARY_CPUS", "1")
        monkeypatch.setenv("CANARY_COUNT", "2")
        self.inputs = {"password", "token", "secrets.yml", "clouds.yaml"}

    def keep(self, generation: int) -> None:
        secret = f"{CANARY}{generation}"
        self.patch.setenv("CANARY_ENV", f"{secret}-env")
        (self.folder / "token").write_text(f"{secret}-token\n")
        (self.folder / "secrets.yml").write_text(
            yaml.safe_dump({"key": f"{secret}-key", "script": f"#!/bin/sh {secret}"})
        )
        encrypt = [sys.executable, "-m", "ansible", "vault", "encrypt", str(self.folder / "secrets.yml")]
        subprocess.run(encrypt, check=True, capture_output=True)

    def run(self, line: str) -> str:
        status = main.main(line.split())
        told = "".join(self.capsys.readouterr())
        assert status in {0, 2}, f"{line}: {told}"
        assert CANARY not in told, line
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in self.inputs:
                content = path.read_bytes()
                assert CANARY.encode() not in content, f"{line} left it in {path}"
                assert base64.b64encode(f"#!/bin/sh {CANARY}".encode())[:16] not in content, f"{line}: {path}"
        return told


def test_a_secret_goes_to_the_cloud_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.delenv("OS_CLOUD", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "instances.yml").write_text(DECLARED)
    site = Site(tmp_path, capsys, monkeypatch)
    with served.serve(tmp_path) as cloud:
        cloud.glance.add("debian")
        site.keep(1)
        for line in COMMANDS:
            site.run(line)
        web = next(one for one in cloud.nova.servers.values() if one["name"] == "web-1")
        values = {name: value for name, value in web["metadata"].items() if not name.startswith("novaform")}
        assert values == {"role": "web", "env": "C4nary1-env", "vault": "C4nary1-key", "var": "C4nary1-token"}
        assert base64.b64decode(web["user_data"]) == b"#!/bin/sh C4nary1"
        site.keep(2)
        assert site.run("plan").count("env=(secret) ") == 6
        for line in LATER:
            site.run(line)
        assert web["metadata"]["env"] == "C4nary2-env"
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o600
