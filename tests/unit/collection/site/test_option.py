"""A component's options are its module's argument spec and documentation, and passwords leave them at the door."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.novaform.compute.plugins.module_utils._core import errors, secret
from ansible_collections.novaform.compute.plugins.module_utils._site import option, setting
from ansible_collections.novaform.compute.plugins.module_utils._site.component import rabbitmq
from ansible_collections.novaform.compute.plugins.module_utils._site.component.registry import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
SECRETIVE = re.compile(r"password|secret|(^|_)key$")


def records(record: type) -> Iterator[type]:
    """Yield a record and all that are within it."""
    yield record
    for _, _, shape in option.shapes(record):
        if shape.record is not None:
            yield from records(shape.record)


@dataclass(frozen=True)
class Door:
    """A record within another."""

    name: str = option.option("Its name.", check=setting.name)
    key: str = option.option("Its key.", secret=lambda given: f"door_{given['name']}")


@dataclass(frozen=True)
class House:
    """A component that there is not."""

    address: str = option.option("Where it is.", check=setting.ipv4)
    doors: tuple[Door, ...] = option.option("Its doors.", default=())
    height: float = option.option("How high it is.\nIn metres.", default=3.5)
    colour: str | None = option.option("Which colour.", default=None, choices=("red", "blue"))


def test_fields_are_an_argument_spec() -> None:
    shown, hidden = {"no_log": False}, {"no_log": True}
    door = {"name": {"type": "str", "required": True, **shown}, "key": {"type": "str", "required": True, **hidden}}
    assert option.to_argument_spec(House) == {
        "address": {"type": "str", "required": True, **shown},
        "doors": {"type": "list", "elements": "dict", "options": door, "default": [], **shown},
        "height": {"type": "float", "default": 3.5, **shown},
        "colour": {"type": "str", "choices": ["red", "blue"], **shown},
    }


def test_passwords_become_placeholders() -> None:
    told = {"address": "192.0.2.1", "doors": [{"name": "front", "key": "hunter2"}], "height": 3.5, "colour": None}
    found, secrets = option.from_params(House, told)
    assert found == House("192.0.2.1", (Door("front", "<secret:door_front>"),))
    assert secrets == {"door_front": "hunter2"}


def test_all_that_is_wrong_comes_at_once_and_no_value_is_repeated() -> None:
    told: dict[str, Any] = {"address": "hunter2", "doors": [{"name": "a b", "key": "k"}]}
    with pytest.raises(errors.DeclareError) as wrong:
        option.from_params(House, told)
    assert str(wrong.value).split("; ") == [
        "address must be an IPv4 address such as 192.0.2.10",
        "doors[0].name must be a name of letters, digits, dots, dashes and underscores",
    ]


def written(path: Path, name: str = "DOCUMENTATION") -> Any:
    """Return what a module, or a fragment that it extends, documents, with a word for each template in it."""
    (text,) = (
        node.value.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        if isinstance(node.value, ast.Constant)
    )
    return yaml.safe_load(re.sub(r'"{{ (\w+) }}"', r"\1", str(text).replace("{{ ansible_host }}", "192.0.2.1")))


class Indented(yaml.SafeDumper):
    """Writes lists as our YAML has them, and everything in full."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's
        del indentless
        super().increase_indent(flow)

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def options_of(name: str) -> tuple[Path, dict[str, Any]]:
    """Return which file documents a component's own options, and the options in fragments that several extend.

    The file is its module, or the fragment that has all of it but what others share with it.
    """
    own, shared = ROOT / f"plugins/modules/{name}.py", {}
    for fragment in written(own)["extends_documentation_fragment"]:
        file, _, part = fragment.removeprefix("novaform.compute.").partition(".")
        path = ROOT / f"plugins/doc_fragments/{file}.py"
        if part:
            shared.update(written(path, part.upper())["options"])
        elif file != "component":
            own = path
    return own, shared


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_modules_documentation_is_what_it_takes(name: str) -> None:
    """With NOVAFORM_WRITE_OPTIONS=1 it is written anew, but for fragments of a part of it."""
    wanted = option.to_documentation(COMPONENTS[name].record)
    path, shared = options_of(name)
    if os.environ.get("NOVAFORM_WRITE_OPTIONS"):
        own = {"options": {one: told for one, told in wanted.items() if one not in shared}}
        text = yaml.dump(own, Dumper=Indented, sort_keys=False, width=104)
        path.write_text(re.sub(r"(?ms)^options:\n.*?(?=^[a-z_]+:)", lambda _: text, path.read_text(), count=1))
    assert {**written(path)["options"], **shared} == wanted


def tasks(many: list[dict[str, Any]], defaults: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the modules of some tasks with the options that each gets."""
    for task in many:
        known = {**defaults, **task.get("module_defaults", {}).get("group/novaform.compute.nova", {})}
        yield from tasks(task.get("block", []), known)
        for module in [key for key in task if key.startswith("novaform.compute.")]:
            yield module.rpartition(".")[2], {**known, **(task[module] or {})}


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_modules_examples_are_what_it_takes(name: str) -> None:
    found = list(tasks(written(ROOT / f"plugins/modules/{name}.py", "EXAMPLES"), {}))
    assert name in dict(found)
    for module, told in found:
        record, parts = COMPONENTS[module]
        wanted = {**told, "compute_hosts": ["one"]} if "compute_hosts" in told else told
        read = ArgumentSpecValidator(option.to_argument_spec(record)).validate(
            json.loads(json.dumps(wanted).replace("{{ controller }}", "192.0.2.1"))
        )
        assert read.error_messages == []
        value: Any
        value, _ = option.from_params(record, read.validated_parameters)
        assert parts(value)["name"] == module


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_default_is_what_it_should_be(name: str) -> None:
    for record in records(COMPONENTS[name].record):
        for field, told, _ in option.shapes(record):
            if told.check is not None and field.default is not dataclasses.MISSING and field.default is not None:
                assert told.check(field.default) == "", field.name
            if told.choices and isinstance(field.default, str):
                assert field.default in told.choices, field.name


@pytest.mark.parametrize("name", COMPONENTS)
def test_whatever_is_named_like_a_password_is_kept_out_of_logs(name: str) -> None:
    for record in records(COMPONENTS[name].record):
        for field, told, _ in option.shapes(record):
            assert not SECRETIVE.search(field.name) or told.secret is not None, field.name


def test_a_password_is_unsealed_and_what_others_hold_stays_a_placeholder() -> None:
    value = House("192.0.2.1", (Door("<secret:mine>", "<secret:door_front>"),))
    found = option.unseal(House, option.to_params(value), {"door_front": "hunter2"})
    assert found["doors"] == [{"name": "<secret:mine>", "key": "hunter2"}]


def house(*doors: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"address": "192.0.2.1", "doors": list(doors), **more}


def test_a_password_may_be_another_secret_by_its_name() -> None:
    told = house({"name": "front", "key": "<secret:mine>"})
    assert option.from_params(House, told, {"mine": "hunter2"})[1] == {"door_front": "hunter2"}
    with pytest.raises(errors.DeclareError, match="the secret mine is asked for and not given"):
        option.from_params(House, told)


def test_an_account_has_one_password() -> None:
    twice = house({"name": "front", "key": "a"}, {"name": "front", "key": "b"})
    said = r"^doors\[1\].key differs from another password that is given for the same account \(door_front\)$"
    with pytest.raises(errors.DeclareError, match=said):
        option.from_params(House, twice)
    with pytest.raises(errors.DeclareError, match="differs"):
        option.from_params(House, house({"name": "front", "key": "a"}), {"door_front": "b"})
    assert option.from_params(House, house({"name": "front", "key": "a"}, {"name": "front", "key": "a"}))[1]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (house("front"), "doors[0] must be a mapping"),
        (house({"key": "a"}), "doors[0].name is missing"),
        (house({"name": "front", "key": ""}), "doors[0].key is empty"),
    ],
)
def test_who_asks_without_ansible_is_told_as_well(told: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.DeclareError) as wrong:
        option.from_params(House, told)
    assert str(wrong.value) == said


def test_names_of_placeholders_are_those_of_the_site() -> None:
    account = {"name": "nova-compute", "password": "b", "vhost": "v"}
    wanted, secrets = option.from_params(
        rabbitmq.RabbitmqOptions, {"address": "192.0.2.1", "admin_password": "a", "accounts": [account]}
    )
    assert set(secrets) == {"broker_admin", "broker_nova_compute"} == set(secret.names_in(rabbitmq.parts(wanted)))
