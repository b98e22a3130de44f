"""Runs on a host, with the secrets on standard input as JSON, and says ``place: name`` for each that can be seen.

A place is where secrets have no business: arguments and environments of processes, the journal, log files, leftovers of
Ansible, and what Novaform itself keeps on a host.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

KEPT = [
    "/var/log",
    "/var/lib/novaform",
    "/root/.ansible",
    "/root/.ansible_async",
    "/root/.bash_history",
    "/run/novaform.lock",
]
SHORT = 8


def needles(secrets: dict[str, str]) -> dict[str, set[bytes]]:
    """Every form in which a secret may show up: as it is, as in an address, and each long line of a key."""
    found = {}
    for name, value in secrets.items():
        lines = [line for line in value.splitlines() if len(line) >= SHORT and not line.startswith("-----")]
        found[name] = {form.encode() for line in lines for form in (line, quote(line, safe=""))}
    return found


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # the process has ended, or the file has gone


def places() -> dict[str, bytes]:
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        arguments = read(process / "cmdline")
        found[f"arguments of {arguments[:60]!r}"] = arguments
        found[f"environment of {arguments[:60]!r}"] = read(process / "environ")
    for root in map(Path, KEPT):
        for path in [root] if root.is_file() else root.rglob("*"):
            if path.is_file():
                found[str(path)] = read(path)
    found["journal"] = subprocess.run(["journalctl", "--no-pager", "-a"], check=True, capture_output=True).stdout
    return found


def main() -> None:
    wanted = needles(json.load(sys.stdin))
    for place, content in places().items():
        for name, forms in wanted.items():
            if any(form in content for form in forms):
                sys.stdout.write(f"{place}: {name}\n")
    sys.stdout.write("looked\n")


if __name__ == "__main__":
    main()
