"""Which program of which unit holds each listening TCP port: read from /proc, because ss costs more and is optional."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import Any

from .content import read_proc

LISTEN = "0A"
INTERPRETER = re.compile(r"python[\d.]*|perl|ruby|sh|bash|dash")


def observe() -> list[dict[str, Any]]:
    """Return ``[{port, address, program, pid, unit}]``, one for each listening socket, sorted by port.

    ``program``, ``pid`` and ``unit`` are None when no process of this process namespace holds the socket.
    """
    sockets = _listening()
    owners = _owners({socket["inode"] for socket in sockets})
    found = []
    for socket in sockets:
        pid = owners.get(socket["inode"])
        unit = None if pid is None else unit_in(read_proc(f"/proc/{pid}/cgroup"))
        program = None if pid is None else program_in(read_proc(f"/proc/{pid}/cmdline"), read_proc(f"/proc/{pid}/comm"))
        place = {"port": socket["port"], "address": socket["address"]}
        found.append({**place, "program": program, "pid": pid, "unit": unit})
    return sorted(found, key=lambda one: (one["port"], one["address"]))


def program_in(cmdline: str, comm: str) -> str:
    """Return the program's name: the script's own name where an interpreter runs it, a title's first word otherwise."""
    words = [word for word in cmdline.split("\0") if word]
    if not words:
        return comm.strip()
    name = os.path.basename(words[0].split(" ")[0]).rstrip(":")
    if INTERPRETER.fullmatch(name):
        scripts = [word for word in words[1:] if not word.startswith("-")]
        return os.path.basename(scripts[0]) if scripts else name
    return name


def unit_in(cgroup: str) -> str | None:
    """Return the systemd unit in ``/proc/PID/cgroup`` or None."""
    units = re.findall(r"/([^/\n]+\.(?:service|scope|socket))", cgroup)
    return units[-1] if units else None


def address_in(text: str) -> str:
    """Return the address of ``/proc/net/tcp``'s hexadecimal form as people write it."""
    if len(text) == 8:
        return ".".join(str(byte) for byte in bytes.fromhex(text)[::-1])
    words = [bytes.fromhex(text[start : start + 8])[::-1] for start in range(0, 32, 8)]
    return str(ipaddress.IPv6Address(b"".join(words)))


def _listening() -> list[dict[str, Any]]:
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in read_proc(table).splitlines()[1:]:
            words = line.split()
            if words[3] == LISTEN:
                address, port = words[1].rsplit(":", 1)
                found.append({"port": int(port, 16), "address": address_in(address), "inode": words[9]})
    return found


def _owners(inodes: set[str]) -> dict[str, int]:
    """Return the lowest pid that holds each of these sockets: the parent of workers that share it."""
    owners: dict[str, int] = {}
    links = {f"socket:[{inode}]": inode for inode in inodes}
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            descriptors = os.scandir(f"/proc/{pid}/fd")
        except OSError:  # it has ended meanwhile
            continue
        with descriptors:
            for descriptor in descriptors:
                inode = links.get(_link(descriptor.path))
                if inode:
                    owners.setdefault(inode, pid)
    return owners


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
