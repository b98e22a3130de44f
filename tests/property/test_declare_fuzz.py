"""Whatever stands in the file, the loader returns a declaration or names lines."""

from __future__ import annotations

import json
import string
import tempfile
from pathlib import Path

import jsonschema
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from novaform import core, declare
from novaform.declare import instances
from novaform.declare.schema import to_schema

SEED = b"""\
stack: shop
vars: {zone: here}
defaults: {image: debian, flavor: small, networks: [private], metadata: {a: b}}
flavors: {small: {vcpus: 1, ram: 512MiB, disk: 4GiB, extra_specs: {"hw:cpu_policy": shared}}}
networks: {private: {cidr: 192.168.50.0/24, router: edge, pool: [192.168.50.10, 192.168.50.20]}}
security_groups: {web: [{tcp: 80, from: 0.0.0.0/0}, {icmp: all}]}
images: {debian: {file: images/debian.qcow2}, tiny: {builtin: tiny}}
volumes: {data: {size: 10GiB}}
instances:
  web: &web
    count: 3
    spread: host
    zone: {from_var: zone}
    user_data: "#!/bin/sh"
    on_change: {flavor: resize, image: deny}
    rolling: {max_unavailable: 1}
    health: {tcp: 80, within: 120s}
  db: {flavor: small, volumes: [data], protect: true, networks: [{network: private, fixed_ip: 192.168.50.5}]}
"""
BITS = [b"{", b"}", b"[", b"]", b":", b",", b"&a ", b"*a", b"!!x ", b"|", b">", b"'", b'"', b"\n", b"\t", b"- ", b"? ",
        b"~", b"<<: *web", b"\0", b"\xff", b"\xef\xbb\xbf", b"---\n", b"%", b"@", b"true", b"no", b"0640", b"-1",
        b"{{ x }}", b"{from_var: zone}", b"{from_file: x}", b"#", b"\\", b"\r", b"\xe2\x80\xae"]  # fmt: skip
SCHEMA = jsonschema.Draft202012Validator(to_schema(instances.STACK, "instances.yml"))
WORDS = st.sampled_from([*instances.STACK.fields, *instances.INSTANCE.fields, *instances.FLAVOR.fields, "web", "tcp"])
LEAVES = st.one_of(
    st.integers(-2, 70_000), st.booleans(), st.none(), WORDS, st.sampled_from(["1GiB", "80", "host", "::/0", "5s"]),
    st.text(string.printable, max_size=8))  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=20,
)


def load(content: bytes, **options: object) -> core.model.Declaration | None:
    """Return the declaration, or None after looking that the error names a place for every problem."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "instances.yml")
        path.write_bytes(content)
        try:
            return declare.load(path, **options)
        except core.errors.DeclareError as error:
            lines = content.decode(errors="replace").count("\n") + content.count(b"\r") + 1
            errors = error.details["errors"]
            assert isinstance(errors, list)
            assert errors
            for each in errors:
                assert 1 <= each["line"] <= lines + 1
                assert each["column"] >= 1
                assert each["message"].isprintable()
            return None


@given(
    st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 12), st.sampled_from(BITS)), min_size=1, max_size=4)
)
@settings(max_examples=300, deadline=1000)
def test_bytes_that_went_wrong(cuts: list[tuple[int, int, bytes]]) -> None:
    content = SEED
    for place, length, bit in cuts:
        content = content[:place] + bit + content[place + length :]
    load(content)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=1000)
def test_any_bytes(content: bytes) -> None:
    load(content)


@given(st.dictionaries(WORDS, TREES, max_size=5))
@settings(max_examples=300, deadline=1000)
def test_what_the_loader_takes_the_schema_takes(tree: dict[str, object]) -> None:
    tree = {"stack": "shop", **tree}
    found = load(yaml.safe_dump(tree, allow_unicode=True).encode())
    if found is not None:
        SCHEMA.validate(json.loads(json.dumps(tree)))


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_count_shifts_nobody(few: int, more: int) -> None:
    def servers(count: int) -> tuple[core.model.Server, ...]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "instances.yml")
            path.write_text(f"stack: a\ninstances: {{web: {{count: {count}, image: i, flavor: f}}}}\n")
            return tuple(each._replace(origins=core.model.NOWHERE) for each in declare.load(path).servers)

    low = min(few, more)
    assert servers(few)[:low] == servers(more)[:low]


def test_the_seed_is_right() -> None:
    assert load(SEED) is not None
