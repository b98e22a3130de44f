"""Starts the in-process Nova in a process of its own."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-nova/bin/python"


class NotReady(Exception):
    """The in-process Nova did not start."""


def address(process: subprocess.Popen[str], log: Path) -> str:
    """Wait for the line with the address; Nova's libraries may say other things before."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("http://"):
            return line.strip()
    raise NotReady(f"the in-process Nova ended with {process.wait()}:\n" + log.read_text()[-4000:])


@contextmanager
def serve(folder: Path, hosts: int = 2) -> Iterator[str]:
    """Run Nova with so many compute hosts, and yield the cloud's address."""
    subprocess.run([str(ROOT / ".ci/side-venv"), "nova"], check=True)  # nothing, where it is there already
    log = folder / "nova.log"
    path = os.pathsep.join(str(ROOT / part) for part in ("tests", "controller", ".dev"))
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [str(PYTHON), "-W", "ignore", str(ROOT / "tests/nova/cloud.py"), str(hosts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        ) as process,
    ):
        try:
            yield address(process, log)
        finally:
            process.stdin.close()  # type: ignore[union-attr] # it is a pipe
            process.wait(30)
