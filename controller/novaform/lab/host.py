"""One systemd host: started, looked at, stopped, started again; it is ended only by what was recorded about it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

from novaform.lab import LabError, archive, cgroup, clone, command, image, keeper, process

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab.home import Home, HostHome, LabHome
    from novaform.lab.record import LabRecord

_START_PATIENCE = 120.0
STOP_PATIENCE = 120.0
_SSH_PORT = 22
_REBOOT = signal.SIGRTMIN + 5  # systemd(1): starts the reboot target
_LAST_WORDS = 3


@dataclasses.dataclass(frozen=True)
class HostState:
    """How a host is: running, booting, stopped (by itself, or never started) or killed (from outside).

    `pid` is its keeper's; `uptime` is in seconds.
    """

    name: str
    address: str
    state: str
    pid: int | None
    uptime: float | None

    @property
    def is_up(self) -> bool:
        """Say whether its processes run."""
        return self.state in ("running", "booting")


def observe(record: LabRecord, lab: LabHome, name: str) -> HostState:
    """Look at a host."""
    place = lab.host(name)
    kept = process.load(place.process)
    address = record.address(name)
    if kept is None or not kept.is_alive():
        clean = kept is None or _exit_code(place) == "0"
        return HostState(name, address, "stopped" if clean else "killed", None, None)
    leader = cgroup.leader(record.group(name))
    init = None if leader is None else process.observe(leader)
    if init is None:
        return HostState(name, address, "booting", kept.pid, None)
    return HostState(name, address, "running", kept.pid, init.uptime())


def start(record: LabRecord, home: Home, name: str) -> None:
    """Start a host that does not run; what is left of an earlier boot is ended first."""
    lab = home.lab(record.name)
    place = lab.host(name)
    kill(record, lab, name)
    base = image.path(home, record.topology.suite)
    clone.ensure(record, lab, name, base)
    archive.ensure(home, record, name)
    shutil.rmtree(place.work, ignore_errors=True)
    for directory in (place.work, place.root):
        directory.mkdir(exist_ok=True)
    place.script.write_text(keeper.render(record, home, name, base), encoding="utf-8")
    cgroup.create(record.group(name))
    _spawn(place, cgroup.doors(record.group(name), "keeper"))


def _spawn(place: HostHome, doors: list[Path]) -> None:
    def enlist() -> None:
        # Runs in the child, which still holds the lab's lock: nobody can look between its birth and this note.
        for door in doors:
            door.write_text("0", encoding="ascii")
        me = process.observe(os.getpid())
        fresh = place.process.with_suffix(".new")
        fresh.write_text("" if me is None else me.to_text(), encoding="ascii")
        fresh.replace(place.process)

    with place.console.open("ab") as console:
        subprocess.Popen(
            ["unshare", "--mount", "--propagation", "slave", "sh", str(place.script)],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
            preexec_fn=enlist,  # noqa: PLW1509 - we have one thread
            cwd="/",
            env={"PATH": command.SEARCH_PATH, "LANG": "C.UTF-8", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"},
        )


def comes_up(record: LabRecord, lab: LabHome, name: str) -> bool:
    """Wait until a host answers over SSH with its pinned key; say whether it did before it ended, or time did."""
    deadline = time.monotonic() + _START_PATIENCE
    while not (_listens(record.address(name)) and _answers(record, lab, name)):
        if not observe(record, lab, name).is_up or time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def require_up(record: LabRecord, lab: LabHome, name: str) -> None:
    """Wait for a host; raises LabError with its last words when it does not come up."""
    if comes_up(record, lab, name):
        return
    state, console = observe(record, lab, name).state, lab.host(name).console
    raise LabError(
        f"host {name} of lab {record.name} did not come up ({state}): {_last_words(console)} (see {console})"
    )


def stop(record: LabRecord, lab: LabHome, name: str) -> None:
    """Power a host off as its own systemd does it; one that does not follow is ended."""
    kept = process.load(lab.host(name).process)
    if kept is not None and kept.is_alive():
        for child in process.children(kept.pid):  # nspawn answers SIGTERM by telling the host's init to power off
            process.send(child, signal.SIGTERM)
        if not kept.ends_within(STOP_PATIENCE):
            kept.send(signal.SIGKILL)
    _end(record, name)


def kill(record: LabRecord, lab: LabHome, name: str) -> None:
    """End a host at once, with every process in its control group."""
    kept = process.load(lab.host(name).process)
    if kept is not None:
        kept.send(signal.SIGKILL)
    _end(record, name)
    for note in (lab.host(name).process, lab.host(name).exit):
        note.unlink(missing_ok=True)


def reboot(record: LabRecord, name: str) -> process.Process:
    """Ask a host's init to reboot and give that init; raises LabError when the host does not run."""
    pid = cgroup.leader(record.group(name))
    init = None if pid is None else process.observe(pid)
    if init is None:
        raise LabError(
            f"host {name} of lab {record.name} does not run: start it with `novaform lab up --name {record.name}`"
        )
    init.send(_REBOOT)
    return init


def ssh_argv(record: LabRecord, lab: LabHome, name: str) -> list[str]:
    """Give the command that opens a shell on a host, with its pinned key and nothing else."""
    options = [word for option in ssh_options(lab) for word in ("-o", option)]
    return ["ssh", "-F", "none", "-i", str(lab.key), *options, f"root@{record.address(name)}"]


def ssh_options(lab: LabHome) -> list[str]:
    """Give SSH's options for hosts of a lab."""
    pinned = [f"UserKnownHostsFile={lab.known_hosts}", "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes"]
    return [*pinned, "IdentitiesOnly=yes", "LogLevel=ERROR"]


def _end(record: LabRecord, name: str) -> None:
    cgroup.kill(record.group(name))
    cgroup.remove(record.group(name))


def _listens(address: str) -> bool:
    try:
        with socket.create_connection((address, _SSH_PORT), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _answers(record: LabRecord, lab: LabHome, name: str) -> bool:
    argv = ssh_argv(record, lab, name)
    return (
        command.attempt(*argv[:-1], "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", argv[-1], "true").returncode == 0
    )


def _exit_code(place: HostHome) -> str | None:
    try:
        return place.exit.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _last_words(console: Path) -> str:
    lines = console.read_text(encoding="utf-8", errors="replace").splitlines() if console.exists() else []
    return " / ".join(line.strip() for line in lines[-_LAST_WORDS:] if line.strip()) or "no word from it"
