"""The files of a site, by the one door: values as Ansible reads them, or a place and nothing of the file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from novaform import core
from novaform.declare import document

SECRET = "Hunter2Secret"


def value(text: str) -> Any:
    return document.parse(text.encode(), "site.yml", ["!unsafe"]).value


def said(content: bytes | str) -> str:
    with pytest.raises(core.errors.DeclareError) as caught:
        document.parse(content if isinstance(content, bytes) else content.encode(), "site.yml")
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "a: 1",
        "a: [1, 0x1f, 0640, 1_000, -3, 1.5, .inf, yes, off, ~, null, '1', \"no\", x]",
        "? a\n: b\n2: c\ntrue: d\n",
        "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\ne: *x",
        "a: {<<: [{b: 1}, {b: 2, c: 3}]}",
        "a: |\n  two\n  lines\n",
        "all: {hosts: {a: {ansible_host: 192.0.2.1}}, children: {control: {hosts: {a: }}}}",
    ],
)
def test_values_are_those_of_a_safe_loader(text: str) -> None:
    assert value(text) == yaml.safe_load(text)


def test_what_ansible_marks_is_a_text() -> None:
    assert value("a: !unsafe '{{ x }}'\nb: 2020-01-01") == {"a": "{{ x }}", "b": "2020-01-01"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"password: *{SECRET}", "site.yml:1:11: not YAML: found undefined alias"),
        (f"password: !{SECRET}", "site.yml:1:11: a tag"),
        (f"password: &{SECRET} [*{SECRET}]", "site.yml:1:"),
        (f"password: {SECRET}: x", "site.yml:1:"),
        (f"password: [{SECRET}", "site.yml:2:1: not YAML"),
        (f"a: {SECRET}\na: {SECRET}", "site.yml:2:1: this key stands in its mapping twice"),
        (f"[{SECRET}]: 1", "site.yml:1:1: a key must be one word or number"),
        (f"a: 1\n<<: {SECRET}", "site.yml:2:5: only mappings can be merged"),
        ("a: " + "9" * 5000, "site.yml:1:4: a number has more digits"),
        (b"\xff\xfea", "site.yml:1:1: the file is UTF-16"),
        (b"a: \xff", "site.yml:1:4: byte 0xff is not UTF-8"),
        ("a: \0", "site.yml:1:4: control character U+0000"),
        ("[" * 100_000, "site.yml:1:"),
        ("[" + "{}," * 200_000 + "]", "more than 100000 values"),
        ("a: 1\n---\nb: 2", "a second document begins here"),
    ],
)
def test_a_mistake_has_a_place_and_repeats_nothing(content: bytes | str, expected: str) -> None:
    assert expected in said(content)
    assert SECRET not in said(content)


def test_a_tower_of_merges_ends() -> None:
    tower = "".join(f"k{number}: &a{number} {{<<: *a{number - 1}, x{number}: 1}}\n" for number in range(1, 3000))
    assert "values are merged" in said("k0: &a0 {x: 1}\n" + tower)


def test_references_do_not_multiply() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 25))
    assert len(value(text)) == 25


def test_places_of_parts() -> None:
    found = document.parse(b"all:\n  hosts:\n    a: {ansible_host: x}\n", "hosts.yml")
    assert found.where("all", "hosts", "a", "ansible_host") == "hosts.yml:3:23"
    assert found.where("all", "hosts", "none", "at", "all") == found.where("all", "hosts") == "hosts.yml:3:5"
    assert found.mapping("all", "none") == {}
    with pytest.raises(
        core.errors.DeclareError, match=r"hosts\.yml:3:23: all\.hosts\.a\.ansible_host must be a mapping"
    ):
        found.mapping("all", "hosts", "a", "ansible_host")
