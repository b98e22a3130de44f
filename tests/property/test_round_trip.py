"""Every field of a declaration comes through: read twice it is the same, and so is what the module is given of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes import whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from novaform import core, declare
from novaform.cli import main
from novaform.declare import instances
from novaform.declare.form.field import List, Map
from novaform.declare.form.record import Either, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from novaform.declare.form.field import Type

NEEDED = {"image", "flavor", "stack", "cidr", "network", "policy", "size", "vcpus", "ram", "disk", "type", "id"}
HINTS = st.dictionaries(
    st.sampled_from(["different_host", "same_host", "query", "a b"]),
    st.one_of(st.just("x"), st.lists(st.sampled_from(["x", "y", '["=","$free",1]']), max_size=3)),
    max_size=3,
)


def note(kind: Type, values: list[Any], missing: dict[str, set[str]]) -> None:
    """Strike from each record's fields those that one of these values gives."""
    if isinstance(kind, Either):
        note(kind.long, values, missing)
    elif isinstance(kind, Map):
        note(kind.value, [one for value in values for one in value.values()], missing)
    elif isinstance(kind, List):
        note(kind.member, [one for value in values for one in value], missing)
    elif isinstance(kind, Record):
        records = [value for value in values if isinstance(value, dict)]
        left = missing.setdefault(kind.doc, set(kind.fields))
        for name, field in kind.fields.items():
            inner = [value[name] for value in records if name in value]
            left -= {name} if inner else set()
            note(field.type, inner, missing)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where a field stands that may be left out."""
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if isinstance(name, str) and len(path) > 1 and name not in NEEDED:
            yield (*path, name)
        yield from places(inner, (*path, name))


OPTIONAL = list(places(whole.document()["instances"], ("instances",)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("round")
    for name, text in whole.FILES.items():
        (made / name).write_text(text)
    return made


def read(folder: Path, document: Any) -> core.desired.Desired:
    (folder / "instances.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    return core.flatten.from_declaration(declare.load(folder / "instances.yml"))


def plain(desired: core.desired.Desired) -> Any:
    return json.loads(json.dumps(desired.to_json()))


def test_the_whole_declaration_gives_every_field() -> None:
    missing: dict[str, set[str]] = {}
    note(instances.STACK, [whole.document()], missing)
    assert {doc: left for doc, left in missing.items() if left} == {}


def test_the_command_takes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read(folder, whole.document())
    assert main.main(["validate", str(folder / "instances.yml")]) == 0
    assert "8 servers" in capsys.readouterr().out


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(OPTIONAL)), HINTS, st.integers(1, 5))
def test_what_the_module_is_given_is_what_was_declared(
    folder: Path, without: set[tuple[Any, ...]], hints: dict[str, Any], count: int
) -> None:
    document = whole.document()
    document["instances"]["web"] |= {"hints": hints, "count": count}
    for path in sorted(without, key=len, reverse=True):
        parent = document
        for name in path[:-1]:
            parent = parent[name]
        parent.pop(path[-1], None)
    try:
        desired = read(folder, document)
    except core.errors.DeclareError:
        return
    first = plain(desired)
    assert plain(core.desired.from_json(first)) == first
    assert plain(read(folder, document)) == first
    web = [one for one in first["wanted"] if one["kind"] == "server" and one["create"]["group"] == "web"]
    told = document["instances"]["web"].get("hints", {})
    wanted = {name: value if isinstance(value, list) else [value] for name, value in told.items()}
    assert all(one["create"]["hints"] == wanted for one in web)
