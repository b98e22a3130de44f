"""Some hundred ways to write it wrong: each is one error at the right place, quickly, and repeats no secret.

Tables of mutations: a frame with ``@`` where the value goes, and values that do not belong there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from novaform import core, declare

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "hunter2-canary"
HEAD = f"stack: shop\ndefaults: {{image: i, flavor: f, user_data: 'token {CANARY}'}}\n"
NOT_SCALAR = ("[]", "[a]", "{}", "{a: b}", "[[]]")
NULLS = ("", "~", "null")
NAMES = ("''", "'-rf'", "'a b'", "a/b", "..", "a..b", "'a\\n'", '"a\\tb"', '"a\\u202eb"', "'{{ x }}'", "'$(id)'",
         "'%s'", "'a=b'", "'#a'", "ä", "\u0430dmin", "x" * 64, ".a", "_a", "'*'", "a:b")  # fmt: skip
CLOUD = ("''", "' a'", "'a '", "'-a'", '"a\\n[database]"', '"a\\r\\nX: y"', '"a\\u202eb"', '"a\\0b"', "y" * 256)
NUMBERS = ("0x10", "0o17", "01", "1_000", "1e3", "1.0", "12:30", "two", "'2'", '"2"', "-1", "99999999999999999999",
           "+1", ".inf", "true", "1 2", "٣", "{{ 3 }}", *NULLS, *NOT_SCALAR)  # fmt: skip
BOOLEANS = ("yes", "no", "on", "off", "True", "FALSE", "'true'", "1", "y", *NULLS, *NOT_SCALAR)
SIZES = ("512", "512MB", "1G", "0.5GiB", "-1MiB", "1KiB", "1 024MiB", "MiB", "1e3MiB", "99999999999TiB", "010MiB",
         "'512'", "1GiB1", *NULLS, *NOT_SCALAR)  # fmt: skip
DURATIONS = ("120", "2min", "1.5m", "-1s", "s", "1d", "00:02:00", "99999999999999s", *NULLS, *NOT_SCALAR)
CIDRS = ("10.0.0.0", "10.0.0.1/24", "10.0.0.0/33", "10.0.0/24", "256.0.0.0/8", "010.0.0.0/8", "x/24", "10.0.0.0/-1",
         "'::1/64'", "10.0.0.0/24/24", *NULLS, *NOT_SCALAR)  # fmt: skip
ADDRESSES = ("10.0.0", "10.0.0.256", "10.0.0.01", "x", "10.0.0.1/24", "1", "'::g'", *NULLS, "[a]")
PORTS = ("0", "65536", "90-80", "http", "1-65536", "-1", "80,81", "80-", *NULLS, *NOT_SCALAR)
TABLES: dict[str, tuple[str, ...]] = {
    "stack: @": (*NAMES, *NULLS, *NOT_SCALAR, "x" * 33),
    HEAD + "instances: {w: {count: @}}": (*NUMBERS, "0", "10001"),
    HEAD + "instances: {w: {name: @}}": (*NAMES, *NULLS),
    HEAD + "instances: {w: {image: @}}": (*CLOUD, *NULLS, *NOT_SCALAR),
    HEAD + "instances: {w: {protect: @}}": BOOLEANS,
    HEAD + "instances: {w: {state: @}}": ("running", "ACTIVE", "on", "actve", *NULLS, *NOT_SCALAR),
    HEAD + "instances: {w: {spread: @}}": ("hosts", "true", "rack", *NULLS, *NOT_SCALAR),
    HEAD + "instances: {w: {on_change: {image: @}}}": ("resize", "yes", "recreate", *NULLS, *NOT_SCALAR),
    HEAD + "instances: {w: {health: {tcp: @}}}": ("0", "65536", "http", "'80'", *NULLS),
    HEAD + "instances: {w: {health: {tcp: 1, within: @}}}": DURATIONS,
    HEAD + "instances: {w: {metadata: {a: @}}}": ("z" * 256, '"a\\rb"', '"\\x07"', *NULLS, *NOT_SCALAR),
    HEAD + "instances: {w: {networks: [@]}}": (*CLOUD, "[]", "{}", "{nam: x}", "{network: x, fixed_ip: y}"),
    HEAD + "instances: {w: {tags: [@]}}": ("a/b", "'a,b'", "'a b'", "t" * 61),
    HEAD + "instances: @": ("[]", "x", "{w: []}", "{w: x}", "{w: }", "{[a]: {}}", "{{}: {}}", "{~: {}}", *NULLS),
    HEAD + "instances: {w: {networks: @}}": ("x", "{}", "true", *NULLS),
    "stack: a\nflavors: {s: {vcpus: 1, disk: 1GiB, ram: @}}": SIZES,
    "stack: a\nflavors: {s: {vcpus: @, disk: 1GiB, ram: 1GiB}}": (*NUMBERS, "0", "1025"),
    "stack: a\nnetworks: {n: {cidr: @}}": CIDRS,
    "stack: a\nnetworks: {n: {cidr: 10.0.0.0/24, gateway: @}}": ADDRESSES,
    "stack: a\nnetworks: {n: {cidr: 10.0.0.0/24, mtu: @}}": ("67", "9217", "1450.0"),
    "stack: a\nsecurity_groups: {g: [{tcp: @}]}": PORTS,
    "stack: a\nsecurity_groups: {g: [{icmp: @}]}": ("256", "ping", "8-9"),
    "stack: a\nsecurity_groups: {g: [@]}": ("{}", "tcp", "{tcp: 1, udp: 1}", "{from: 0.0.0.0/0}", "{tcp: 80, to: x}"),
    "stack: a\nimages: {i: @}": ("{}", "x", "{file: a, builtin: tiny}", "{builtin: big}", "{file: a, sha256: abc}"),
    "stack: a\nkeys: {k: @}": ("{}", "ssh-rsa AAAA", "{public_key: ssh-rsa}", "{public_key: x, public_key_file: y}"),
    "stack: a\nserver_groups: {g: {policy: @}}": ("affine", "anti_affinity", *NULLS),
    "stack: a\nvolumes: {v: {size: @}}": ("10", "10GB", "512MiB", *NULLS),
}  # fmt: skip
CASES = [(frame, value) for frame, values in TABLES.items() for value in values]


def problems(folder: Path, content: bytes) -> list[dict[str, object]]:
    path = folder / "instances.yml"
    path.write_bytes(content)
    began = time.process_time()
    with pytest.raises(core.errors.DeclareError) as caught:
        declare.load(path)
    assert time.process_time() - began < 10, "it grows out of hand"
    errors = caught.value.details["errors"]
    assert isinstance(errors, list)
    for error, line in zip(errors, str(caught.value).split("\n"), strict=False):
        assert line == f"{error['file']}:{error['line']}:{error['column']}: {error['message']}"
        assert error["message"].isprintable()
    assert CANARY not in str(caught.value)
    return errors


@pytest.mark.parametrize(("frame", "value"), CASES)
def test_a_wrong_value_is_told_on_its_line(tmp_path: Path, frame: str, value: str) -> None:
    before = frame.partition("@")[0]
    found = problems(tmp_path, frame.replace("@", value).encode())
    assert found[0]["line"] == before.count("\n") + 1
    here = len(before) - before.rfind("\n")
    column = found[0]["column"]
    assert isinstance(column, int)
    if value in NULLS:
        here -= 1  # nothing stands right behind its colon
    assert column >= here, found


def test_there_are_enough() -> None:
    assert len(CASES) >= 300


MANY = [
    (b"instances: {w: {imag: x, flavr: y, keypair: z}}", ["stack is missing", "'image'", "'flavor'", "'key'"]),
    (b"stack: a\nstack: b\n", ["'stack' is given twice; the first is in line 1"]),
    (b"stack: a\ninstances:\n  w: {image: i, flavor: f}\n  w: {image: j, flavor: f}\n", ["the first is in line 3"]),
    (b"stack: a\ninstances: {w: {}, v: {image: i}}\n", ["no image and no flavor", "no flavor"]),
    (b"stack: a\nvolumes: {data: {size: 1GiB}}\ninstances: {w: {image: i, flavor: f, volumes: [dato]}}\n", ["'data'?"]),
]


@pytest.mark.parametrize(("text", "said"), MANY)
def test_all_is_said_at_once_with_hints(tmp_path: Path, text: bytes, said: list[str]) -> None:
    found = problems(tmp_path, text)
    assert len(found) == len(said)
    for error, words in zip(found, said, strict=True):
        assert words in str(error["message"])
