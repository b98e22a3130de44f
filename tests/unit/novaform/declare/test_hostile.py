"""Files made to hurt: bombs, depths, tags, broken bytes. Each ends as a sentence at a line, in well under a second."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from novaform import core, declare

if TYPE_CHECKING:
    from pathlib import Path

OK = b"stack: a\n"
BOMB = b"stack: a\ndefaults: &a0 {tags: [x]}\n" + b"".join(
    b"b%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 20)
)
WIDE = (
    b"stack: a\ninstances:\n  w0: &w {image: i, flavor: f, metadata: &m {" +
    b", ".join(b"k%d: v" % number for number in range(120)) + b"}}\n" +
    b"".join(b"  w%d: *w\n" % number for number in range(1, 40_000))
)  # fmt: skip
CASES = {
    "nothing": (b"", "1:1: the file is empty"),
    "only a comment": (b"# hello\n", "1:1: the file is empty"),
    "a text": (b"hello", "1:1: this is not a mapping"),
    "a list": (b"- stack: a\n", "1:1: this is not a mapping"),
    "null": (b"~", "1:1: this is empty"),
    "json garbage": (b'{"stack": "a"', "not YAML"),
    "trailing garbage": (OK + b"}\n", "2:1: not YAML"),
    "two documents": (OK + b"---\nstack: b\n", "2:1: a second document begins here"),
    "open quote": (OK + b'vars: {a: "b}\n', "not YAML while scanning a quoted scalar"),
    "a tab": (OK + b"instances:\n\tw: {}\n", "3:1: not YAML"),
    "bad indent": (OK + b"  instances: {}\n", "2:12: not YAML"),
    "undefined alias": (b"stack: *a\n", "1:8: not YAML"),
    "anchor twice": (b"stack: &a x\nvars: {b: &a y}\n", "2:11: not YAML"),
    "an unknown directive version": (b"%YAML 9.9\n---\nstack: a\n", "not YAML"),
    "utf-16": (OK.decode().encode("utf-16"), "1:1: the file is UTF-16"),
    "utf-32": (OK.decode().encode("utf-32"), "1:1: the file is UTF-16"),
    "latin-1": (OK + b"vars: {a: \xe4}\n", "2:11: byte 0xe4 is not UTF-8"),
    "overlong": (OK + b"vars: {a: \xc0\xaf}\n", "2:11: byte 0xc0 is not UTF-8"),
    "surrogate": (OK + b"vars: {a: \xed\xa0\x80}\n", "2:11: byte 0xed is not UTF-8"),
    "nul": (b"stack: a\0b\n", "1:9: control character U+0000"),
    "escape": (OK + b"vars: {a: \x1b[31m}\n", "2:11: control character U+001B"),
    "delete": (b"stack: \x7f\n", "1:8: control character U+007F"),
    "python object": (b"stack: !!python/object/apply:os.system [id]\n", "1:8: tag 'tag:yaml.org,2002:python"),
    "python name": (b"stack: !!python/name:os.system\n", "1:8: tag"),
    "local tag": (b"stack: !vault a\n", "1:8: tag '!vault' is refused"),
    "known tag": (b"stack: !!str a\n", "1:8: tag"),
    "binary": (b"stack: !!binary aGk=\n", "1:8: tag"),
    "tag on a key": (b"!!str stack: a\n", "1:1: tag"),
    "tag on a mapping": (b"stack: a\nvars: !!omap {}\n", "2:7: tag"),
    "verbatim tag": (b"stack: !<tag:x> a\n", "1:8: tag"),
    "a mapping as a key": (b"{{a: b}: c, stack: a}\n", "1:2: a key must be a plain name"),
    "a list as a key": (OK + b"instances: {w: {user_data: {[a]: b}}}\n", "2:29: a key must be a plain name"),
    "a list as a reference": (b"stack: {[a]: b}\n", "1:8: a mapping, where a single value"),
    "merge key": (OK + b"defaults: &d {}\ninstances: {w: {<<: *d}}\n", "3:17: merge keys (<<) are not followed"),
    "brackets": (OK + b"vars: " + b"[" * 100_000, "nested more than 32 deep"),
    "braces": (OK + b"vars: " + b"{a: " * 100_000, "nested more than 32 deep"),
    "closed brackets": (OK + b"vars: " + b"[" * 500 + b"]" * 500, "nested more than 32 deep"),
    "dashes": (b"- " * 100_000 + b"a", "nested more than 32 deep"),
    "question marks": (b"? " * 100_000 + b"a", "nested more than 32 deep"),
    "steps": (b"".join(b" " * depth + b"a:\n" for depth in range(1500)), "nested more than 32 deep"),
    "billion laughs": (BOMB, "unknown field 'b1'"),
    "itself": (OK + b"instances: &a {w: *a}\n", "unknown field 'w'"),
    "itself in a list": (OK + b"include: &a [*a]\n", "2:10: a list, where a path is wanted"),
    "wide aliases": (WIDE + b"x: y\n", "unknown field 'x'"),
    "many nodes": (OK + b"vars: [" + b"a," * 520_000 + b"]", "a mapping of names is wanted"),
    "empty values": (OK + b"vars: [" + b"{}," * 5_000_000 + b"]", "more than 600000 values in all"),
    "a long text": (OK + b"vars: {a: '" + b"x " * 7_000_000 + b"'}", "14000000 characters"),
    "many lines": (OK + b"\n" * 15_000_000 + b"x: y\n", "15000002:1: unknown field 'x'"),
    "wrong names": (
        OK + b"instances:\n" + b"".join(
            b"  w%d: {image: i, flavor: f, volumes: [x%d]}\n" % (number, number) for number in range(45_000)),
        "'x0' is not declared in 'volumes'"),
    "escapes of JSON": (
        b'{"stack": "\\ud83d\\ude00", "vars": [' + b"[]," * 1_300_000 + b"[]]}", "more than 600000 values in all"),
    "many keys": (OK + b"".join(b"k%d: v\n" % number for number in range(50_000)), "2:1: unknown field 'k0'"),
    "one long word": (b"stack: " + b"x" * 1_000_000, "1000000 characters"),
    "one long key": (OK + b"? " + b"k" * 1_000_000 + b"\n: v\n", "unknown field 'kkkk"),
    "many anchors": (OK + b"vars: [" + b"".join(b"&a%d x," % number for number in range(20_000)), "not YAML"),
    "backslashes": (OK + b'vars: {a: "' + b"\\" * 1_000_001, "not YAML"),
    "exclamation marks": (b"stack: " + b"!" * 500_000, "1:8: tag"),
    "colons": (b":" * 1_000_000, "not YAML"),
    "too many servers": (OK + b"instances: {%s}" % b", ".join(
        b"w%d: {count: 10000, image: i, flavor: f}" % number for number in range(12)), "more than 100000 servers"),
    "a name too long with its number": (OK + b"instances: {%s: {count: 1, image: i, flavor: f}}" % (b"w" * 62), "63"),
    "names that meet": (OK + b"defaults: {image: i, flavor: f}\ninstances: {w: {count: 2}, w-2: {}}\n", "3:28: server"),
    "an address twice": (OK + b"defaults: {image: i, flavor: f}\ninstances:\n"
        b"  w: {networks: [{network: n, fixed_ip: 10.0.0.5}]}\n"
        b"  v: {networks: [{network: n, fixed_ip: 10.0.0.5}]}\n", "5:7: fixed_ip 10.0.0.5 is given at"),
    "an address outside": (OK + b"networks: {n: {cidr: 10.0.0.0/24}}\ninstances:\n"
        b"  w: {image: i, flavor: f, networks: [{network: n, fixed_ip: 10.0.1.5}]}\n", "is not in n's 10.0.0.0/24"),
    "an address for many": (OK + b"instances:\n  w: {count: 2, image: i, flavor: f, "
        b"networks: [{network: n, fixed_ip: 10.0.1.5}]}\n", "3:38: fixed_ip 10.0.1.5 cannot be every server's"),
    "an address for two interfaces": (OK + b"instances:\n  w: {image: i, flavor: f, networks: "
        b"[{network: n, fixed_ip: 10.0.1.5}, {network: n, fixed_ip: 10.0.1.5}]}\n", "10.0.1.5 is given twice"),
    "interfaces told apart by nothing": (OK + b"instances:\n  w: {image: i, flavor: f, networks: "
        b"[n, {network: n, security_groups: [web]}]}\n", "3:28: interfaces on one network (n) have the same"),
    "floating addresses told apart by nothing": (OK + b"instances:\n  w: {image: i, flavor: f, networks: "
        b"[{network: n, floating: e}, {network: n, floating: e}]}\n", "3:28: of the interfaces on one network (n) one"),
    "a surge": (OK + b"instances: {w: {image: i, flavor: f, rolling: {max_surge: 1}}}\n", "unknown field 'max_surge'"),
    "a gateway outside": (OK + b"networks: {n: {cidr: 10.0.0.0/24, gateway: 10.1.0.1}}\n", "2:35: 10.1.0.1 is not in"),
    "a pool upside down": (OK + b"networks: {n: {cidr: 10.0.0.0/24, pool: [10.0.0.9, 10.0.0.2]}}\n", "2:35: a pool is"),
    "a volume for two": (OK + b"volumes: {d: {size: 1GiB}}\ndefaults: {image: i, flavor: f}\n"
        b"instances: {w: {volumes: [d]}, v: {volumes: [d]}}\n", "4:36: volume 'd' is for instance 'w' already"),
    "our own marks": (OK + b"instances: {w: {image: i, flavor: f, metadata: {novaform.uid: x}}}\n", "for our marks"),
    "our own tags": (OK + b"instances: {w: {image: i, flavor: f, tags: [novaform.u.1]}}\n", "for our marks"),
    "a private key": (OK + b"keys: {k: {public_key: '-----BEGIN OPENSSH PRIVATE KEY----- hunter2'}}\n", "private"),
    "user data too large": (OK + b"instances: {w: {image: i, flavor: f, user_data: %s}}" % (b"hunter2" * 8000), "560"),
}  # fmt: skip


MEMORY_KIB = 300 * 1024
BLOWN_UP = 10  # seconds of CPU that only an input which grows out of hand can take; tests/bench has the real times


@pytest.mark.parametrize("name", CASES)
def test_it_ends_as_a_sentence_at_a_line(tmp_path: Path, name: str) -> None:
    content, said = CASES[name]
    path = tmp_path / "instances.yml"
    path.write_bytes(content)
    began = time.process_time()
    with pytest.raises(core.errors.DeclareError) as caught:
        declare.load(path)
    assert time.process_time() - began < BLOWN_UP
    assert said in str(caught.value).replace(f"{path}:", "")
    assert "hunter2" not in str(caught.value)
    assert len(str(caught.value)) < 100_000
    assert caught.value.details["errors"]


READ_ALL = """
import pathlib, sys
from novaform import core, declare
for path in sys.argv[1:]:
    try:
        declare.load(path)
    except core.errors.DeclareError:
        continue
    sys.exit(f"{path} was taken")
print(next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def test_memory_stays_small(tmp_path: Path) -> None:
    """In a process of its own: what other tests needed is not ours to measure."""
    paths = [tmp_path / str(place) for place, _ in enumerate(CASES)]
    for path, (content, _) in zip(paths, CASES.values(), strict=True):
        path.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", READ_ALL, *paths], check=True, capture_output=True, text=True)
    assert int(done.stdout.split()[1]) < MEMORY_KIB, done.stdout


@pytest.mark.parametrize("name", ["gone.yml", "a\0b", ".", "/dev/zero", "x" * 5000])
def test_what_is_no_file_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(core.errors.DeclareError):
        declare.load(f"{tmp_path}/{name}" if not name.startswith("/") else name)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "instances.yml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(core.errors.DeclareError, match="larger than 16777216 bytes"):
        declare.load(path)
