"""Who reaches which port of whom: tried from every host of a site, and from outside of it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from e2e import site
from novaform.lab import host as lab_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from e2e.site import Site

OUTSIDER = "outsider"
# Of a range the ends, one between them, and for consoles some that guests may have already.
GUARDED = {
    "control": (3306, 4369, 5672, 8775, 11211, 25672),
    "compute": (5900, 5901, 5950, 5999, 49152, 49200, 49215),
    "network": (),
}
OPEN = {"control": (5000, 8774, 8778, 9292, 9696, 6080)}
# Whose hosts reach a port of another host; a port that is not here, nobody's.
SOURCES = {
    5672: {"control", "network", "compute"},
    8775: {"network"},
    **{port: {"control"} for port in (5900, 5901, 5950, 5999)},
    **{port: {"compute"} for port in (49152, 49200, 49215)},
}
LISTEN = """
import socket, sys, time
address, *ports = sys.argv[1:]
kept = []
for port in map(int, ports):
    try:
        kept.append(socket.create_server((address, port)))
    except OSError:
        try:
            socket.create_connection((address, port), timeout=3).close() # a service listens there
        except OSError:
            print(port, end=" ") # a connection of this host's own has taken it, as it may any high port
print("listening", flush=True)
sys.stdin.read()
"""
CONNECT = """
import socket, sys, threading
def look(place):
    host, address, port = place.split(",")
    try:
        socket.create_connection((address, int(port)), timeout=3).close()
    except OSError:
        return
    sys.stdout.write(f"{host},{port} ")
ways = [threading.Thread(target=look, args=(place,)) for place in sys.argv[1:]]
for way in ways: way.start()
for way in ways: way.join()
"""


def guarded(cloud: Site, name: str) -> list[int]:
    """Ports of a host that only some may reach."""
    return sorted({port for group, ports in GUARDED.items() if name in cloud.hosts(group) for port in ports})


def open_to_all(cloud: Site, name: str) -> list[int]:
    return sorted({port for group, ports in OPEN.items() if name in cloud.hosts(group) for port in ports})


@contextmanager
def listening(cloud: Site) -> Iterator[dict[str, list[int]]]:
    """Something listens on guarded ports of every host, on the address that others know; yields these ports."""
    programs = {}
    for name in cloud.record.topology.hosts:
        words = [LISTEN, cloud.address(name), *map(str, guarded(cloud, name))]
        argv = [*lab_host.ssh_argv(cloud.record, cloud.place, name), shlex.join(["python3", "-c", *words])]
        programs[name] = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        ports = {}
        for name, program in programs.items():
            assert program.stdout is not None
            *taken, said = program.stdout.readline().decode().split()
            assert (said, len(taken) <= 2) == ("listening", True), f"{name}: {taken}"
            ports[name] = [port for port in guarded(cloud, name) if str(port) not in taken]
        yield ports
    finally:
        for program in programs.values():
            program.communicate(timeout=60)


def reached(cloud: Site, source: str, ports: Mapping[str, Sequence[int]]) -> set[tuple[str, int]]:
    """Return the ``(host, port)`` that answer to a host of the site, or to the machine, which is none of it."""
    places = [
        f"{name},{cloud.address(name)},{port}"
        for name in cloud.record.topology.hosts
        for port in (*ports[name], *open_to_all(cloud, name))
    ]
    words = ["-c", CONNECT, *places]
    said = (
        site.run_well(sys.executable, *words)
        if source == OUTSIDER
        else cloud.ask(source, shlex.join(["python3", *words]))
    )
    return {(name, int(port)) for name, port in (place.split(",") for place in said.split())}


def declared(cloud: Site, source: str, ports: Mapping[str, Sequence[int]]) -> set[tuple[str, int]]:
    """Return what it should be: a host reaches itself, what is open to all, and what its groups are let in to."""
    groups = {
        group for group in ("control", "network", "compute") if source != OUTSIDER and source in cloud.hosts(group)
    }
    return {
        (name, port)
        for name in cloud.record.topology.hosts
        for port in (*ports[name], *open_to_all(cloud, name))
        if name == source or port in open_to_all(cloud, name) or groups & SOURCES.get(port, set())
    }
