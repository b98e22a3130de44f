"""Values that stand elsewhere, further files, environments."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from novaform import core, declare

if TYPE_CHECKING:
    from pathlib import Path

BODY = "instances: {w: {image: i, flavor: f, zone: {from_var: zone}, count: {from_var: count}}}\n"
VARS = "stack: a\nvars: {zone: here, count: 1}\nenvironments: {prod: {count: 3}, test: {zone: there}}\n"


def load(folder: Path, text: str, **options: object) -> core.model.Declaration:
    (folder / "instances.yml").write_text(text)
    return declare.load(folder / "instances.yml", **options)


def refused(folder: Path, text: str, **options: object) -> str:
    with pytest.raises(core.errors.DeclareError) as caught:
        load(folder, text, **options)
    return str(caught.value).replace(f"{folder}/", "")


def test_an_environment_lies_over_the_variables(tmp_path: Path) -> None:
    found = load(tmp_path, VARS + BODY, environment="prod")
    assert (len(found.servers), found.servers[0].zone, found.environment) == (3, "here", "prod")


def test_what_is_given_from_outside_lies_over_all(tmp_path: Path) -> None:
    found = load(tmp_path, VARS + BODY, environment="prod", variables={"zone": "no", "count": "2"})
    assert (len(found.servers), found.servers[0].zone) == (2, "no")


def test_a_variable_may_have_to_be_given(tmp_path: Path) -> None:
    text = "stack: {from_var: who}\nvars: {who: }\n"
    assert load(tmp_path, text, variables={"who": "me"}).stack == "me"
    assert refused(tmp_path, text).startswith("instances.yml:1:8: variable 'who' has no value; give --var who=...")


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (VARS + BODY, {"environment": "prd"}, "environment 'prd' is not declared; did you mean 'prod'?"),
        (VARS + BODY, {"variables": {"zon": "x"}}, "'zon' was given and is not in 'vars'; did you mean 'zone'?"),
        ("stack: a\nenvironments: {p: {x: 1}}\n", {}, "instances.yml:2:20: 'x' is not in 'vars'"),
        ("stack: a\nvars: {x: {from_var: y}}\n", {}, "instances.yml:2:11: a variable cannot stand for another"),
        ("stack: {from_vars: x}\n", {}, "did you mean 'from_var'?"),
        ("stack: {from_file: gone}\n", {}, "instances.yml:1:8: gone: No such file or directory"),
        ("stack: {from_file: /dev/zero}\n", {}, "is not a regular file"),
        ('stack: {from_file: "\\0"}\n', {}, "instances.yml:1:8"),
        ("stack: {from_env: NOVAFORM_NOT_SET}\n", {}, "environment variable 'NOVAFORM_NOT_SET' is not set"),
        ("stack: {from_vault: x}\n", {}, "from_vault is written path#key"),
        ("stack: a\ninclude: [gone.yml]\n", {}, "instances.yml:2:1: gone.yml: No such file or directory"),
        ("stack: a\ninclude: [instances.yml]\n", {}, "instances.yml:2:1: 'instances.yml' is included twice"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(tmp_path: Path, text: str, options: dict[str, object], said: str) -> None:
    assert said in refused(tmp_path, text, **options)


def test_sections_may_stand_in_further_files(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("flavors:\n  small: {vcpus: 1, ram: 1GiB, disk: 1GiB}\n")
    found = load(tmp_path, "stack: a\ninclude: [more.yml]\n")
    assert str(found.flavors[0].origins.of("ram")) == f"{tmp_path}/more.yml:2:21"
    twice = refused(tmp_path, "stack: a\ninclude: [more.yml]\nflavors: {small: {vcpus: 1, ram: 1GiB, disk: 1GiB}}\n")
    assert twice == "more.yml:2:3: 'small' is declared at instances.yml:3:11 already"
    (tmp_path / "more.yml").write_text("stack: b\n")
    assert "more.yml:1:1: unknown field 'stack'" in refused(tmp_path, "stack: a\ninclude: [more.yml]\n")


def test_a_secret_reaches_the_server_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVAFORM_TEST_SECRET", "hunter2")
    found = load(
        tmp_path, "stack: a\ninstances: {w: {image: i, flavor: f, user_data: {from_env: NOVAFORM_TEST_SECRET}}}\n"
    )
    assert found.servers[0].user_data is not None
    assert found.servers[0].user_data.text == "hunter2"
    bad = refused(
        tmp_path, "stack: a\ninstances: {w: {image: i, flavor: f, count: {from_env: NOVAFORM_TEST_SECRET}}}\n"
    )
    assert (
        bad == "instances.yml:2:45: this is not a whole number from 1 to 10000, in decimal and without a leading zero"
    )


def test_a_vault_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    (tmp_path / "secrets.yml").write_text("token: hunter2\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "password"))
    encrypt = [sys.executable, "-m", "ansible", "vault", "encrypt", str(tmp_path / "secrets.yml")]
    subprocess.run(encrypt, check=True, capture_output=True)
    text = "stack: a\ninstances: {w: {image: i, flavor: f, user_data: {from_vault: secrets.yml#token}}}\n"
    user_data = load(tmp_path, text).servers[0].user_data
    assert user_data is not None
    assert user_data.text == "hunter2"
    assert "secrets.yml: has no key 'tokn'" in refused(tmp_path, text.replace("#token", "#tokn"))
