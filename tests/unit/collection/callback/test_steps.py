"""The callbacks that show and keep steps, in runs of ansible-playbook on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.novaform.compute.plugins.callback import progress, steps

PROGRAMS = Path(sys.executable).parent
STEP = {"action": "start", "kind": "unit", "name": "nova-api.service"}
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Set options
      novaform.compute.oslo_config:
        path: "{{ playbook_dir }}/x.conf"
        options: {DEFAULT: {debug: true}}
"""


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({}, []),
        ({"steps": [STEP]}, [STEP]),
        ({"results": [{"steps": [STEP]}, {"skipped": True}, {"steps": []}]}, [STEP]),
        ({"results": ["a", "list of something else"]}, []),
    ],
)
def test_steps_are_found_in_a_result_and_in_those_of_a_loop(result: dict[str, object], expected: list[object]) -> None:
    assert steps.steps_of(result) == expected


def test_kinds_are_counted_most_first() -> None:
    assert progress.count([{"kind": "unit"}, {"kind": "file"}, {"kind": "file"}]) == "2 file, 1 unit"


def play(folder: Path, *words: str) -> str:
    (folder / "play.yml").write_text(PLAYBOOK)
    env = os.environ | {
        "ANSIBLE_CALLBACKS_ENABLED": "novaform.compute.steps",
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_STDOUT_CALLBACK": "novaform.compute.progress",
        "NOVAFORM_STEPS": str(folder / "made" / "steps.jsonl"),
    }
    argv = [str(PROGRAMS / "ansible-playbook"), str(folder / "play.yml"), "-i", "localhost,", "-c", "local", *words]
    interpreter = ["-e", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run([*argv, *interpreter], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_predicted_is_noted_as_what_is_done(tmp_path: Path) -> None:
    shown = [play(tmp_path, "--check"), play(tmp_path), play(tmp_path)]
    runs = [json.loads(line) for line in (tmp_path / "made" / "steps.jsonl").read_text().splitlines()]
    assert [run["check"] for run in runs] == [True, False, False]
    predicted, done, again = ([result["steps"] for result in run["results"]] for run in runs)
    assert predicted == done != again
    assert ["localhost: 1 step (1 file) in" in one for one in shown] == [True, True, False]
    assert all("Set options" in one and "changed=" in one for one in shown)
