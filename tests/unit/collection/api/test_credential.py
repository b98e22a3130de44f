"""A clouds.yaml that is none: one sentence with the file's name, soon, and never what stands in it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from novaform.cli import main

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = "stack: shop\ninstances: {web: {image: i, flavor: f}}\n"
AUTH = "username: me, password: s3cret, project_name: p"
BOMB = "a0: &a0 [s3cret]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
CASES = {
    "nothing": "",
    "a text": "s3cret",
    "a list": "- s3cret",
    "no clouds": "cloud: {auth: s3cret}",
    "clouds in a list": "clouds: [s3cret]",
    "clouds in a text": "clouds: s3cret",
    "a cloud in a text": "clouds: {c: s3cret}",
    "a cloud in a list": "clouds: {c: [s3cret]}",
    "auth in a text": "clouds: {c: {auth: s3cret}}",
    "auth in a list": "clouds: {c: {auth: [s3cret]}}",
    "no address": f"clouds: {{c: {{auth: {{{AUTH}}}}}}}",
    "a number": f"clouds: {{c: {{auth: {{auth_url: 5, {AUTH}}}}}}}",
    "an address in a list": f"clouds: {{c: {{auth: {{auth_url: [s3cret], {AUTH}}}}}}}",
    "no scheme": f"clouds: {{c: {{auth: {{auth_url: example.org, {AUTH}}}}}}}",
    "no such scheme": f"clouds: {{c: {{auth: {{auth_url: 'file:///etc/passwd', {AUTH}}}}}}}",
    "no such port": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:99999', {AUTH}}}}}}}",
    "a port of letters": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:x', {AUTH}}}}}}}",
    "half an IPv6 address": f"clouds: {{c: {{auth: {{auth_url: 'http://[::1', {AUTH}}}}}}}",
    "a blank in it": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:1/a b', {AUTH}}}}}}}",
    "a user in it": f"clouds: {{c: {{auth: {{auth_url: 'http://me:s3cret@127.0.0.1:1/v3', {AUTH}}}}}}}",
    "a user in an old one": f"clouds: {{c: {{auth: {{auth_url: 'http://s3cret@127.0.0.1:1/v2.0', {AUTH}}}}}}}",
    "a query in it": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:1/?token=s3cret', {AUTH}}}}}}}",
    "a user where others sign in": "clouds: {c: {auth_type: v3oidcpassword, auth: {auth_url: 'http://s3cret@127.0.0.1:1'}}}",
    "a CA that is a pipe": f"clouds: {{c: {{cacert: pipe, auth: {{auth_url: 'https://127.0.0.1:1', {AUTH}}}}}}}",
    "a CA that is a folder": f"clouds: {{c: {{cacert: /etc, auth: {{auth_url: 'https://127.0.0.1:1', {AUTH}}}}}}}",
    "a line in it": f'clouds: {{c: {{auth: {{auth_url: "http://127.0.0.1:1/\\r\\nX: y", {AUTH}}}}}}}',
    "not ASCII": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:1/é', {AUTH}}}}}}}",
    "a password in a list": "clouds: {c: {auth: {auth_url: 'http://127.0.0.1:1', username: me, password: [s3cret]}}}",
    "a project in a mapping": "clouds: {c: {auth: {auth_url: 'http://127.0.0.1:1', project_name: {s3cret: 1}}}}",
    "a CA in a list": f"clouds: {{c: {{cacert: [s3cret], auth: {{auth_url: 'https://127.0.0.1:1', {AUTH}}}}}}}",
    "no such CA": f"clouds: {{c: {{cacert: gone.pem, auth: {{auth_url: 'https://127.0.0.1:1', {AUTH}}}}}}}",
    "a CA with a NUL": f'clouds: {{c: {{cacert: "a\\0b", auth: {{auth_url: "https://127.0.0.1:1", {AUTH}}}}}}}',
    "nobody there": f"clouds: {{c: {{auth: {{auth_url: 'http://127.0.0.1:1', {AUTH}}}}}}}",
    "an object": "clouds: !!python/object/apply:os.system [s3cret]",
    "a tag": "clouds: !vault s3cret",
    "an open quote": "clouds: {c: {auth: {password: 's3cret}}}",
    "a tab": "clouds:\n\tc: s3cret",
    "a NUL": "clouds: s3cret\0",
    "two documents": "clouds: s3cret\n---\nclouds: {}",
    "a timestamp that is none": "clouds: {c: 2026-99-99, d: s3cret}",
    "brackets": "clouds: s3cret\nb: " + "[" * 100_000,
    "dashes": "- " * 100_000 + "s3cret",
    "question marks": "? " * 100_000 + "s3cret",
    "billion laughs": BOMB,
    "itself": "clouds: &a {c: *a}",
    "a list as a key": "clouds: {[s3cret]: {}}",
    "a merge of a text": "clouds: {<<: s3cret}",
    "large": "clouds: {c: '" + "s3cret" * 500_000 + "'}",
}


@pytest.mark.parametrize("name", CASES)
def test_it_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "instances.yml").write_text(DECLARED)
    clouds = tmp_path / "clouds.yaml"
    clouds.write_bytes(CASES[name].encode())
    os.mkfifo(tmp_path / "pipe")
    for variable, value in (("HOME", "."), ("XDG_STATE_HOME", "state"), ("OS_CLIENT_CONFIG_FILE", "clouds.yaml")):
        monkeypatch.setenv(variable, str(tmp_path / value))
    monkeypatch.delenv("OS_CLOUD", raising=False)
    monkeypatch.chdir(tmp_path)
    began = time.process_time()
    assert main.main(["plan"]) == 1
    assert time.process_time() - began < 5
    out, err = capfd.readouterr()
    assert "s3cret" not in out + err
    assert err.startswith("novaform: ")
    assert err.count("\n") == 1


def test_bytes_that_are_no_text_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "instances.yml").write_text(DECLARED)
    (tmp_path / "clouds.yaml").write_bytes(b"\xff\xfeclouds\xed\xa0")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.chdir(tmp_path)
    assert main.main(["plan"]) == 1
