"""What a right declaration means: the design's own example, and one field after the other."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from novaform import core, declare
from novaform.declare.form import address

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC_KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode() + " ops@desk"
EXAMPLE = """\
# instances.yml
stack: shop                      # owner name; part of every mark
defaults: {image: debian-13, flavor: small, networks: [private], key: ops, zone: nova}
flavors: {small: {vcpus: 1, ram: 512MiB, disk: 4GiB}}
keys: {ops: {public_key_file: id_ed25519.pub}}
networks: {private: {cidr: 192.168.50.0/24, router: edge}}
security_groups: {web: [{tcp: 80, from: 0.0.0.0/0}, {icmp: all}]}
images: {debian-13: {file: images/debian-13.qcow2}}
volumes: {data: {size: 10GiB}}
instances:
  web:
    count: 3
    spread: host                 # anti-affinity, kept so after every migration too
    security_groups: [web]
    user_data: {file: web.yaml}
    state: active                # active | stopped | paused | suspended | shelved | absent
    on_change: {flavor: resize, image: deny, user_data: ignore}
    rolling: {max_unavailable: 1}
    health: {tcp: 80, within: 120s}
  db: {flavor: small, volumes: [data], protect: true}
"""


@pytest.fixture
def example(tmp_path: Path) -> core.model.Declaration:
    return load(tmp_path, EXAMPLE)


def load(folder: Path, text: str, **options: object) -> core.model.Declaration:
    (folder / "id_ed25519.pub").write_text(PUBLIC_KEY + "\n")
    (folder / "web.yaml").write_text("#cloud-config\n")
    (folder / "instances.yml").write_text(text)
    return declare.load(folder / "instances.yml", **options)


def servers(folder: Path, instances: str, more: str = "") -> dict[str, core.model.Server]:
    head = "stack: shop\ndefaults: {image: i, flavor: f}\n"
    return {each.key: each for each in load(folder, f"{head}{more}\ninstances: {instances}\n").servers}


def test_the_designs_example_loads(example: core.model.Declaration) -> None:
    assert [server.key for server in example.servers] == ["web-1", "web-2", "web-3", "db"]
    web, db = example.servers[0], example.servers[3]
    assert (web.image, web.flavor, web.zone, web.key_name) == ("debian-13", "small", "nova", "ops")
    assert (web.networks, web.security_groups) == ((core.model.Port("private"),), ("web",))
    assert (web.group, web.number, web.server_group, db.number) == ("web", 1, "web", 0)
    assert web.health == core.model.Health(80, 120)
    assert db.protect
    assert example.flavors[0][:4] == ("small", 1, 512, 4)
    assert example.keys[0].public_key == PUBLIC_KEY
    assert example.server_groups[0][:3] == ("web", "anti-affinity", True)
    assert example.volumes[0][:2] == ("data", 10)
    assert example.volumes[0].server == "db"


def test_every_field_names_the_line_that_wrote_it(example: core.model.Declaration, tmp_path: Path) -> None:
    web, db = example.servers[0], example.servers[3]
    file = f"{tmp_path}/instances.yml"
    assert str(web.origins.of()) == f"{file}:11:3"
    assert str(web.origins.of("health")) == f"{file}:19:5"
    assert str(web.origins.of("image")) == f"{file}:3:12"
    assert str(db.origins.of("flavor")) == f"{file}:20:8"
    assert str(db.origins.of("user_data")) == f"{file}:20:3", "nobody wrote it: the place of the server"
    assert db.origins.has("zone")
    assert not db.origins.has("state")
    assert str(example.security_groups[0].rules[1].origins.of()) == f"{file}:7:53"


def test_what_is_not_declared_must_be_in_the_cloud(example: core.model.Declaration) -> None:
    assert [(each.kind, each.name, each.origin.line) for each in example.external] == [
        ("zone", "nova", 3),
        ("router", "edge", 6),
    ]


def test_an_undeclared_name_that_looks_like_a_declared_one_says_so(tmp_path: Path) -> None:
    found = load(tmp_path, EXAMPLE.replace("db: {flavor: small", "db: {flavor: smal"))
    assert [(each.name, each.suggestion) for each in found.external if each.kind == "flavor"] == [("smal", "small")]


def test_rules_know_their_family_and_direction(tmp_path: Path) -> None:
    rules = "[{icmp: all, from: '::/0'}, {tcp: 8000-8100, from_group: lb}, {any: all, to: 10.0.0.0/8}, {icmp: 8}]"
    found = load(tmp_path, f"stack: a\nsecurity_groups: {{w: {rules}}}\n")
    assert [rule[:7] for rule in found.security_groups[0].rules] == [
        ("ingress", "ipv6-icmp", None, None, "::/0", None, "IPv6"),
        ("ingress", "tcp", 8000, 8100, None, "lb", "IPv4"),
        ("egress", None, None, None, "10.0.0.0/8", None, "IPv4"),
        ("ingress", "icmp", 8, None, None, None, "IPv4"),
    ]
    assert [each[:2] for each in found.external] == [("security_group", "lb")]


def test_more_servers_shift_nobody(tmp_path: Path) -> None:
    two, five = (servers(tmp_path, f"{{web: {{count: {count}}}}}") for count in (2, 5))
    assert {key: five[key] for key in two} == two


def test_each_of_several_servers_has_its_own_volume(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        "stack: a\nvolumes: {data: {size: 1TiB}, spare: {size: 1GiB}}\n"
        "instances: {w: {count: 2, image: i, flavor: f, volumes: [data]}}\n",
    )
    assert [(each.key, each.server, each.size_gb) for each in found.volumes] == [
        ("data-1", "w-1", 1024),
        ("data-2", "w-2", 1024),
        ("spare", None, 1),
    ]
    assert found.servers[1].volumes == ("data-2",)


def test_words_that_yaml_would_turn_stay_words(tmp_path: Path) -> None:
    metadata = "{a: no, b: 0640, c: 12:30:45, d: 1e3, e: 2024-01-01, f: 1.10, g: 'null', 'on': off}"
    found = servers(tmp_path, f"{{'no': {{metadata: {metadata}}}}}")
    assert dict(found["no"].metadata) == {
        "a": "no",
        "b": "0640",
        "c": "12:30:45",
        "d": "1e3",
        "e": "2024-01-01",
        "f": "1.10",
        "g": "null",
        "on": "off",
    }


def test_nothing_is_ever_templated(tmp_path: Path) -> None:
    text = "{{ lookup('pipe', 'id') }} ${HOME} $(id) %s {% raw %}"
    found = servers(tmp_path, f'{{a: {{user_data: "{text}", metadata: {{x: "{text}"}}}}}}')
    assert found["a"].user_data is not None
    assert found["a"].user_data.text == text
    assert dict(found["a"].metadata) == {"x": text}


def test_defaults_lie_under_each_instance(tmp_path: Path) -> None:
    under = "{image: i, flavor: f, metadata: {a: '1', b: '1'}, on_change: {flavor: deny, image: rebuild}}"
    found = load(
        tmp_path,
        f"stack: a\ndefaults: {under}\ninstances: {{w: {{metadata: {{b: '2'}}, on_change: {{flavor: replace}}}}}}\n",
    ).servers[0]
    assert dict(found.metadata) == {"a": "1", "b": "2"}
    assert (found.on_change.flavor, found.on_change.image, found.on_change.key) == ("replace", "rebuild", "ignore")


def test_a_floating_address_is_for_the_first_interface(tmp_path: Path) -> None:
    found = servers(
        tmp_path, "{a: {networks: [x, y], floating_ip: true}, b: {networks: [{network: x, floating: ext}]}}"
    )
    assert found["a"].networks == (core.model.Port("x", None, "*"), core.model.Port("y"))
    assert found["b"].networks == (core.model.Port("x", None, "ext"),)


def test_user_data_is_never_shown(tmp_path: Path) -> None:
    found = servers(tmp_path, "{a: {user_data: 'password hunter2'}}")
    assert "hunter2" not in repr(found["a"])


def test_anchors_are_followed(tmp_path: Path) -> None:
    found = servers(tmp_path, "{a: &a {metadata: {x: y}}, b: *a}")
    assert found["a"].metadata == found["b"].metadata


def test_a_byte_order_mark_and_dos_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "instances.yml"
    path.write_bytes(b"\xef\xbb\xbf" + b"stack: a\r\ninstances:\r\n  w: {image: i, flavor: f}\r\n")
    assert str(declare.load(path).servers[0].origins.of()) == f"{path}:3:3"


def test_the_labs_declaration_loads(root: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(PUBLIC_KEY)
    given = {"ssh_key": str(tmp_path / "key.pub")}
    found = declare.load(root / "inventory/lab/instances.yml", variables=given)
    assert [server.key for server in found.servers] == ["web-1", "web-2", "db"]
    assert [(each.kind, each.name) for each in found.external] == [("network", "external")]
    assert found.images[0].builtin == "tiny"


def test_absent_needs_neither_image_nor_flavor(tmp_path: Path) -> None:
    found = load(tmp_path, "stack: a\ninstances: {w: {state: absent}}\n")
    assert found.servers[0].state == "absent"


@pytest.mark.parametrize("kind", address.KEY_TYPES)
def test_every_kind_of_key_that_nova_takes_is_taken(tmp_path: Path, kind: str) -> None:
    blob = base64.b64encode(len(kind).to_bytes(4, "big") + kind.encode() + bytes(32)).decode()
    (tmp_path / "instances.yml").write_text(f"stack: a\nkeys: {{k: {{public_key: {kind} {blob} me}}}}\n")
    assert declare.load(tmp_path / "instances.yml").keys[0].public_key == f"{kind} {blob} me"
