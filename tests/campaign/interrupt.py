#!/usr/bin/env python3
"""A deployment that is broken off twenty times, by Ctrl-C and SIGTERM by turns; the next run always goes on.

    sudo .venv/bin/python tests/campaign/interrupt.py [--times 20] [--seed 1]

Ansible ends with 99 on Ctrl-C. Exit 1 where a run ends otherwise, leaves a process or a file in /dev/shm behind, or
where the last two runs are not a whole site and one that changes nothing. It takes about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

import lab as labs

NAME = "interrupt"
SHARED = Path("/dev/shm")
ENDS = {signal.SIGINT: (99, 130), signal.SIGTERM: (143, -signal.SIGTERM)}
PROMPT = 20  # seconds until the prompt must be back
SPANS = (3.0, 20.0)  # seconds after which a run is broken off
PATIENCE = 900  # seconds for what a broken run began to end on its host, and for the site


class Broken(Exception):
    """Something is not as it should be after a signal."""


class Deployment:
    """Runs of site.yml as a person begins them: in a session of their own, as a terminal gives."""

    def __init__(self, lab: labs.Lab) -> None:
        self.argv = ["ansible-playbook", "-i", str(lab.home.inventory / "hosts.yml"), "novaform.compute.site"]
        self.env = os.environ | {
            "PATH": f"{labs.PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_VAULT_PASSWORD_FILE": str(lab.home.inventory / ".vault-password"),
        }
        self.log = lab.home.inventory.parent / "interrupt.log"

    def run(self, number: int | None = None, after: float = PATIENCE) -> tuple[int, str, float]:
        """Run for so many seconds, send the signal, and return the exit status, what was said, and how long it took."""
        with self.log.open("w") as out:
            process = subprocess.Popen(self.argv, env=self.env, stdout=out, stderr=out, start_new_session=True)
        began = time.monotonic()
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            began = time.monotonic()
            if number == signal.SIGINT:
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            else:
                process.send_signal(number or signal.SIGKILL)
        try:
            process.wait(PROMPT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Broken(f"the prompt is not back after {PROMPT} s") from None
        return process.returncode, self.log.read_text(errors="replace"), time.monotonic() - began

    def survivors(self) -> list[str]:
        """Return our own processes that outlived their run. Kept SSH connections are meant to."""
        shown = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
        return [line for line in shown.splitlines() if self.argv[2] in line and "[mux]" not in line]


def ours_in_memory() -> set[str]:
    """Return what lies in /dev/shm and belongs to no process that is alive: ours carry its number."""
    found = {path.name: re.match(r"novaform-(\d+)-", path.name) for path in SHARED.iterdir()}
    return {name for name, owned in found.items() if not owned or not Path("/proc", owned[1]).exists()}


def broken_off(deployment: Deployment, number: signal.Signals, after: float) -> str:
    """Break one run off and return what came of it. Raises ``Broken``."""
    shared = ours_in_memory()
    status, said, seconds = deployment.run(number, after)
    task = next((line for line in reversed(said.splitlines()) if line.startswith("TASK")), "before any task")
    if "nothing has been touched" in said:
        return ""
    if status not in ENDS[number]:
        raise Broken(f"it ended with {status} in {task}:\n{said[-3000:]}")
    time.sleep(1)
    if deployment.survivors():
        raise Broken(f"left behind: {deployment.survivors()}")
    if ours_in_memory() - shared:
        raise Broken(f"left in /dev/shm: {ours_in_memory() - shared}")
    return (
        f"{number.name} after {after:4.1f} s: exit {status}, prompt back after {seconds:.1f} s, in {task.strip('* ')}"
    )


def campaign(lab: labs.Lab, times: int, seed: int) -> None:
    """Break off so many runs, then let two end. Raises ``Broken``."""
    deployment, chance, done = Deployment(lab), random.Random(seed), 0
    deadline = time.monotonic() + PATIENCE
    while done < times:
        number = (signal.SIGINT, signal.SIGTERM)[done % 2]
        came = broken_off(deployment, number, chance.uniform(*SPANS))
        if came:
            done += 1
            labs.say(f"{done:3}  {came}")
        elif time.monotonic() > deadline:
            raise Broken("what a broken run began on its host does not end")
        else:
            time.sleep(2)  # somebody is at it: what the broken run began on the host
    for wanted in ("failed=0", "changed=0"):
        while "nothing has been touched" in (ended := deployment.run())[1] and time.monotonic() < deadline + PATIENCE:
            time.sleep(2)
        if ended[0] or wanted not in ended[1]:
            raise Broken(f"a whole run after it ended with {ended[0]}:\n{ended[1][-3000:]}")
        labs.say(f"a whole run: {wanted}, {ended[2]:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description="A deployment that is broken off again and again.")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        with labs.fresh(NAME) as lab:
            campaign(lab, given.times, given.seed)
    except Broken as broken:
        labs.say(f"BROKEN: {broken}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
