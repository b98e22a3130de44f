"""The page in docs and the editor's schema say what the loader does."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from novaform import core, declare
from novaform.cli import schema, validate
from novaform.declare import instances
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

RUN = CliRunner()
PUBLIC_KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode()


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/instances.md").read_text()


@pytest.fixture
def file(page: str, tmp_path: Path) -> Path:
    """Put the page's example where it can be loaded."""
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    (tmp_path / "instances.yml").write_text(example[1])
    (tmp_path / "groups.yml").write_text("security_groups:\n  web: [{tcp: 80}]\n")
    (tmp_path / "id_ed25519.pub").write_text(PUBLIC_KEY)
    (tmp_path / "web.sh").write_text("#!/bin/sh\n")
    return tmp_path / "instances.yml"


def test_the_pages_example_loads(file: Path) -> None:
    assert [server.key for server in declare.load(file).servers] == ["web-1", "web-2", "db", "old"]
    assert len(declare.load(file, environment="prod").servers) == 8


def test_the_page_names_every_field(page: str) -> None:
    for record in (instances.STACK, instances.INSTANCE, instances.FLAVOR, instances.NETWORK, instances.IMAGE):
        for field in record.fields:
            assert re.search(rf"\b{field}\b", page), field


def test_the_page_names_every_policy_with_its_default_first(page: str) -> None:
    for field, words in core.model.POLICIES.items():
        row = next(line for line in page.splitlines() if line.startswith("| `") and f"`{field}`" in line.split("|")[1]
                   and all(word in line for word in words))  # fmt: skip
        first = row.split("|")[2].strip().split(",")[0]
        assert first == getattr(core.model.OnChange(), field)


def test_the_schema_takes_the_example_and_explains_every_field(file: Path) -> None:
    shown = json.loads(RUN.invoke(schema.app).output)
    jsonschema.Draft202012Validator.check_schema(shown)
    jsonschema.Draft202012Validator(shown).validate(yaml.safe_load(file.read_text()))
    instance = shown["properties"]["instances"]["additionalProperties"]
    assert all(field["description"] for field in instance["properties"].values())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(shown).validate({"stack": "a", "instances": {"w": {"flavour": "x"}}})


def test_validate_says_what_there_is(file: Path) -> None:
    said = RUN.invoke(validate.app, [str(file), "-e", "prod", "--var", "web_count=1"])
    assert said.exit_code == 0, said.exception
    assert "stack shop: 3 servers, 1 flavor, 1 key" in said.output
    assert f"must be in the cloud: zone nova ({file}:11:3)" in said.output
    answer = json.loads(RUN.invoke(validate.app, [str(file), "--json"]).output)
    assert answer["servers"] == 4
    assert {"kind": "network", "name": "external", "at": f"{file}:19:18"} in answer["external"]


def test_validate_fails_as_an_error(tmp_path: Path) -> None:
    (tmp_path / "instances.yml").write_text("stack: a\nflavour: b\n")
    failed = RUN.invoke(validate.app, [str(tmp_path / "instances.yml")])
    assert isinstance(failed.exception, core.errors.DeclareError)
    assert isinstance(RUN.invoke(validate.app, ["x", "--var", "y"]).exception, core.errors.DeclareError)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (json.dumps("\N{GRINNING FACE}"), "\N{GRINNING FACE}"),
        (r'"\uD83D\uDE00 \ud83c\udf89"', "\N{GRINNING FACE} \N{PARTY POPPER}"),
        (r'"\\\ud83d\ude00"', "\\\N{GRINNING FACE}"),
        (r'"\\ud83d\\ude00 \ud83d\ude00"', r"\ud83d\ude00 " + "\N{GRINNING FACE}"),
    ],
)
def test_json_writes_some_characters_as_two(tmp_path: Path, written: str, read: str) -> None:
    text = '{"stack": "a", "instances": {"w": {"image": "i", "flavor": "f", "metadata": {"u": %s}}}}' % written  # noqa: UP031
    (tmp_path / "j.json").write_text(text)
    assert declare.load(tmp_path / "j.json").servers[0].metadata == (("u", read),)


@pytest.mark.parametrize("half", [r'{"stack": "a\ud83d"}', r'stack: "\ud83d\ude00"', r'{"stack": "\ude00\ud83d"}'])
def test_half_a_character_is_one_sentence(tmp_path: Path, half: str) -> None:
    (tmp_path / "d.yml").write_text(half)
    with pytest.raises(
        core.errors.DeclareError, match=r"d\.yml:1:\d+: not YAML: an escape that is half of a character"
    ):
        declare.load(tmp_path / "d.yml")
