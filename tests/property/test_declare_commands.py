"""Five hundred declarations that went wrong, given to the commands: a sentence each, no secret, and in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fakes import whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from novaform.cli import main

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 2.0
CANARY = "C4nary"
COMMANDS = [
    "plan",
    "plan --json",
    "apply",
    "status",
    "drift --json",
    "undo",
    "undo --list",
    "explain web",
    "simulate --json",
]
COMMANDS += ["adopt -f instances.yml", "validate --json", "plan -e prod", "plan --var n=3"]
BITS = ["{", "}", "[", "]", ":", ",", "&a ", "*a", "!!x ", "|", ">", "'", '"', "\n", "\t", "- ", "? ", "~", "<<: *web",
        "---\n", "%", "@", "true", "0640", "{from_env: NOVAFORM_CANARY}", "{from_file: canary}", "{from_var: z}", "#",
        "\\", "\r", "\\ud83d", "\u202e", "\0", "9" * 400, "192.168.50.0/33", "-1GiB", "=", "a" * 300]  # fmt: skip
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "512MiB",
    [],
    [[]],
    {},
    {"a": {}},
    {"from_var": "n"},
    "a" * 70_000,
]
VALUES += [
    {"from_env": "NOVAFORM_CANARY"},
    {"from_file": "canary"},
    {"from_var": "secret"},
    {"from_file": "."},
    "{{ x }}",
]
VALUES += [
    "10.0.0.0/8",
    "::/0",
    "192.168.50.255",
    "0-65536",
    ["x"] * 40,
    {"from_vault": "nowhere#x"},
    "\ud83d",
    "\x1b[2J",
]
SECRETS = [CANARY, f"{CANARY}\n", f"{CANARY}: [", f"*{CANARY}", f"{CANARY}\x07", CANARY * 100, f"{CANARY}.8.8.8/8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("fuzz")
    for name, text in whole.FILES.items():
        (made / name).write_text(text)
    (made / "clouds.yaml").write_text("clouds: {}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setenv("XDG_STATE_HOME", str(made / "state"))
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(made / "clouds.yaml"))
        patch.delenv("OS_CLOUD", raising=False)
        yield made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


def document() -> dict[str, Any]:
    found = whole.document()
    found["vars"]["secret"] = {"from_env": "NOVAFORM_CANARY"}
    found["instances"]["web"]["metadata"]["key"] = {"from_var": "secret"}
    return found


PLACES = list(places(document()))
TEXT = yaml.safe_dump(document(), sort_keys=False)


def by_bytes(chance: random.Random) -> str:
    text = TEXT
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(BITS) + text[at + chance.choice([0, 0, 1, 12, 200]) :]
    return text


def by_tree(chance: random.Random) -> str:
    tree = document()
    for path in chance.sample(PLACES, chance.randint(1, 5)):
        parent: Any = tree
        for name in path[:-1]:
            parent = parent[name] if isinstance(parent, dict) and name in parent else {}
        if isinstance(parent, dict):
            parent[path[-1] if chance.random() < 0.8 else chance.choice(["x", 5, "<<"])] = chance.choice(VALUES)
    return yaml.dump(tree, sort_keys=False, Dumper=yaml.SafeDumper)


def run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    began = time.process_time()
    status = main.main(line.split())
    taken = time.process_time() - began
    out, err = capsys.readouterr()
    assert taken < SECONDS, f"{line}: {taken:.1f} s"
    assert CANARY not in out + err, line
    assert "Traceback" not in out + err
    assert "\x1b" not in out + err
    return status, err


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.sampled_from(SECRETS), st.sampled_from(COMMANDS))
def test_every_command_ends_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], chance: random.Random, secret: str, command: str
) -> None:
    text = chance.choice([by_tree, by_bytes])(chance)
    (folder / "instances.yml").write_bytes(text.encode(errors="surrogatepass"))
    (folder / "canary").write_text(secret)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOVAFORM_CANARY", secret)
        status, said = run("validate", capsys)
        assert status in {0, 1}
        assert status == 0 or said.startswith("novaform: instances.yml:"), said
        if status == 1 or command.startswith(("validate", "simulate")):
            again, _ = run(command, capsys)
            assert again in {0, 1, 2}
            assert again != 0 or status == 0
