"""What every bench shares: run a program and say what it took, in one table or as JSON."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
OURS = ROOT / ".venv/bin"
PEERS = ROOT / ".venv-bench/bin"
PATHS = os.pathsep.join(str(ROOT / part) for part in ("tests", "controller", ".dev"))
NOTED = ("ansible-core", "openstacksdk", "PyYAML", "jsonschema")
WIDTHS = {"who": 34}
Row = dict[str, Any]
"""One line of the table. Seconds, MiB and numbers of requests."""


class Place(NamedTuple):
    """A folder with instances.yml and clouds.yaml, and the address of the cloud."""

    folder: Path
    url: str

    @property
    def file(self) -> str:
        """The declaration."""
        return str(self.folder / "instances.yml")

    def environment(self) -> dict[str, str]:
        """Return what every program is told: no state or cloud but those of the folder."""
        own = {"OS_CLIENT_CONFIG_FILE": self.folder / "clouds.yaml", "OS_CLOUD": "fake", "no_proxy": "127.0.0.1"}
        own |= {"XDG_STATE_HOME": self.folder / "state"}
        own |= {"ANSIBLE_CONFIG": ROOT / "ansible.cfg", "ANSIBLE_HOME": self.folder / "ansible"}
        return {**os.environ, **{name: str(value) for name, value in own.items()}}

    def requests(self) -> dict[str, int]:
        """Return the requests by method since this was last asked; nothing where no cloud counts."""
        if not self.url:
            return {}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        counted: dict[str, int] = json.loads(opener.open(f"{self.url}/count").read())
        return counted


@contextmanager
def crowd(count: int, delay: float = 0.0) -> Iterator[Place]:
    """Serve a cloud with so many servers that are as declared."""
    with tempfile.TemporaryDirectory(prefix="novaform-bench-") as name:
        command = [str(OURS / "python"), str(HERE / "crowd.py"), str(count), name, str(delay)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": PATHS}, **pipes) as process:
            yield Place(Path(name), process.stdout.readline().strip())
            process.stdin.close()
            process.wait(30)


def run(command: Sequence[object], place: Place, good: Callable[[int, str], bool]) -> Row:
    """Run a program once and return what it took, its children included. Ends the bench if the outcome is not good."""
    place.requests()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        began = time.monotonic()
        pipes: dict[str, Any] = {"stdout": said, "stderr": complained, "env": place.environment()}
        process = subprocess.Popen([str(one) for one in command], **pipes)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        said.seek(0)
        complained.seek(0)
        text = said.read()
        if not good(os.waitstatus_to_exitcode(status), text):
            sys.exit(f"{command[0]} did not do what it should ({status}):\n{text[-3000:]}{complained.read()[-3000:]}")
    counted = place.requests()
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall": wall, "cpu": cpu, "MiB": usage.ru_maxrss / 1024, "requests": sum(counted.values())}


def summed(who: str, runs: Sequence[Row], **more: Any) -> Row:
    """Return one line for several runs: medians, and the least wall time."""
    middle = {name: statistics.median(one[name] for one in runs) for name in runs[0]}
    least = min(one["wall"] for one in runs)
    return {**more, "who": who, "n": len(runs), "wall": middle.pop("wall"), "least": least, **middle}


def show(row: Row, before: Row | None = None) -> None:
    """Print a line, below its headings where they are new."""
    if before is None or list(before) != list(row):
        sys.stdout.write("\n" + " ".join(f"{name:>{WIDTHS.get(name, 11)}}" for name in row) + "\n")
    cells = [f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()]
    sys.stdout.write(" ".join(f"{c:>{WIDTHS.get(name, 11)}}" for name, c in zip(row, cells, strict=True)) + "\n")
    sys.stdout.flush()


def machine() -> dict[str, Any]:
    """Return where this was measured and beside what."""
    freeze = subprocess.run([PEERS / "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    peers = dict(line.split("==") for line in freeze.splitlines() if "==" in line)
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    kept = {name: peers[name] for name in NOTED}
    shape = {"processors": os.cpu_count(), "model": model.partition(": ")[2], "load": os.getloadavg()}
    return {**shape, "python": sys.version.split()[0], "peers": kept}


def arguments(about: str, **numbers: Sequence[int]) -> argparse.Namespace:
    """Read a bench's options: ``--json``, and one of each of these names with a number or several."""
    given = argparse.ArgumentParser(description=about)
    given.add_argument("--json", action="store_true", help="print JSON in place of a table")
    for name, usual in numbers.items():
        several = {"nargs": "+", "default": usual} if len(usual) > 1 else {"default": usual[0]}
        given.add_argument(f"--{name}", type=int, **several)
    asked = given.parse_args()
    subprocess.run([ROOT / ".ci/side-venv", "bench"], check=True, stdout=sys.stderr)
    # Compiled, as pip leaves what it installs, and so the peers.
    subprocess.run([OURS / "python", "-m", "compileall", "-q", ROOT / "controller", ROOT / "plugins"], check=True)
    return asked


def finish(asked: argparse.Namespace, rows: Iterator[Row]) -> None:
    """Measure, and print every line when it is known."""
    began = machine()
    kept: list[Row] = []
    for row in rows:
        if not asked.json:
            show(row, kept[-1] if kept else None)
        kept.append(row)
    if asked.json:
        sys.stdout.write(json.dumps({**began, "rows": kept}, indent=1) + "\n")
    else:
        peers = ", ".join(f"{name} {version}" for name, version in began["peers"].items())
        load = f"load {began['load'][0]:.1f} at the beginning and {os.getloadavg()[0]:.1f} at the end"
        sys.stdout.write(f"\n{began['processors']} x {began['model']}, {load}; peers: {peers}\n")
