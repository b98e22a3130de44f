"""An editor that has our schema and ``novaform validate`` judge alike: of a whole declaration, changed in one place.

What the schema refuses must be wrong. What it lets pass and validate refuses must be something that no schema can know:
names and files that are not there, the value of a variable, or a text's meaning.
"""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from fakes.whole import FILES, WHOLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from novaform import core, declare
from novaform.declare import instances
from novaform.declare.schema import to_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

Place = tuple[Any, ...]
VALUES: list[Any] = [None, True, False, 0, 1, -1, 70000, 1.5, "", "x", "512MiB", "512", "30s", "no", "0640", [], [1]]
VALUES += [{}, {"a": 1}, {"from_var": "n"}, {"from_var": "z"}, {"from_vars": "z"}, {"from_var": 5}, "a" * 300, "ä b"]
VALUES += ["10.0.0.0/24", "10.0.0.1", "all", ["x"], [["x"]], [None], {"file": "u.sh"}, "-x", " x "]
TAKE, ADD, RENAME = "take away", "add", "rename"
UNKNOWABLE = re.compile(
    r"No such file|is not a regular file|is not declared in|is not in '|is not in \d|not a public key|a pool is"
    r"|not an IP address|no prefix length|has no (image|flavor)|floating_ip needs|cannot stand for another variable"
    r"|File name too long|fixed_ip \S+ is not in|is not a name: letters"
    r"|is too small|hold nothing there|the pool holds|^\S+ gateway \S+ is|fixed_ip \S+ is|overlaps with"
    r"|floating address|is not external|leads to network|to hand out|given twice|not a name server"
    r"|an? (vlan|flat|local|tunnel)|needs an mtu|a VLAN|has no (segment|physical_network)|needs a physical_network"
    r"|health needs one of|up to \d+GiB|^\S+ '-?[\d.]+' |'(true|false)' is not a name"
)
"""Names, files, other fields, the meaning of a text, and numbers where a word is wanted, which YAML knows no more."""


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Yield where something stands in a document."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*path, name))


def changed(path: Place, value: Any, how: str) -> Any:
    """Return the whole declaration with one thing put, taken away, added or renamed at a place."""
    document = copy.deepcopy(yaml.safe_load(WHOLE))
    parent = document
    for name in path[:-1]:
        parent = parent[name]
    if how == TAKE:
        del parent[path[-1]]
    elif how == ADD and isinstance(parent[path[-1]], dict):
        parent[path[-1]]["bogus"] = "x"
    elif how == RENAME and isinstance(parent, dict):
        parent[f"{path[-1]}x"] = parent.pop(path[-1])
    else:
        parent[path[-1]] = value
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("schema")
    for name, text in FILES.items():
        (made / name).write_text(text)
    before = Path.cwd()
    os.chdir(made)
    yield made
    os.chdir(before)


def refusal(folder: Path, document: Any) -> str:
    """Return why validate refuses a document; empty where it does not."""
    (folder / "d.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    try:
        declare.load("d.yml")
    except core.errors.DeclareError as error:
        return str(error)
    return ""


SCHEMA = jsonschema.Draft202012Validator(to_schema(instances.STACK, "instances.yml"))
PLACES = list(places(yaml.safe_load(WHOLE)))


def test_the_whole_declaration_is_right_for_both(folder: Path) -> None:
    document = yaml.safe_load(WHOLE)
    assert refusal(folder, document) == ""
    assert list(SCHEMA.iter_errors(document)) == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLACES), st.sampled_from(VALUES), st.sampled_from(["", "", "", TAKE, ADD, RENAME]))
def test_both_judge_alike(folder: Path, path: Place, value: Any, how: str) -> None:
    document = changed(path, value, how)
    said, shown = refusal(folder, document), next(SCHEMA.iter_errors(document), None)
    if not said:
        assert shown is None, f"the schema refuses what is right: {shown}"
    elif shown is None:
        by_variable = isinstance(value, dict) and "from_var" in value
        assert by_variable or all(UNKNOWABLE.search(line) for line in said.splitlines()), said


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("images", "debian"), {"file": "i.img", "builtin": "tiny"}),
        (("images", "debian"), {}),
        (("keys", "ops"), {}),
        (("security_groups", "web", 0), {"from": "0.0.0.0/0"}),
        (("security_groups", "web", 0), {"tcp": 80, "udp": 80}),
        (("security_groups", "web", 0), {"tcp": 80, "from": "0.0.0.0/0", "to": "0.0.0.0/0"}),
        (("instances", "two", "adopt"), {"name": "n"}),
        (("instances", "two", "adopt"), {"name": "n", "unique": False}),
        (("instances", "one", "adopt"), {"id": "11111111-1111-1111-1111-111111111111", "unique": True}),
        (("instances", "web", "server_group"), "g"),
        (("instances", "db", "health"), {"tcp": 80, "http": "/x"}),
        (("instances", "web", "user_data"), {"file": "u.sh", "text": "x"}),
    ],
)
def test_what_fields_demand_of_each_other_the_schema_demands_too(folder: Path, where: Place, wrong: Any) -> None:
    document = changed(where, wrong, "")
    assert refusal(folder, document)
    assert not SCHEMA.is_valid(document)
