"""Up, down, reboot: what is decided is written down first, and every step can be done again after any crash."""

from __future__ import annotations

import contextlib
import shutil
import time
from typing import TYPE_CHECKING

from novaform.lab import (
    LabError,
    archive,
    cgroup,
    clone,
    forwarding,
    host,
    image,
    inventory,
    lock,
    machine,
    nat,
    network,
    record,
    snapshot,
    subnet,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from novaform.lab.home import Home, LabHome
    from novaform.lab.topology import Topology

    Report = Callable[[str], None]


def up(home: Home, name: str, topology: Topology, report: Report) -> record.LabRecord:
    """Make the lab, or bring back what is missing of it; raises LabError."""
    machine.require_tools()
    lab = home.lab(name)
    with _lock(lab):
        with forwarding.machine_lock():
            plan = _decide(home, lab, topology)
            network.ensure_bridges(plan)
            forwarding.enable(lab.path)
            nat.ensure(plan)
        plan = snapshot.finish(plan, lab)
        with _time_step(report, f"base image {topology.suite}"):
            image.ensure(home, topology.suite)
        clone.ensure_lab_key(lab)
        _start(plan, home, list(plan.topology.hosts), report)
    return plan


def down(home: Home, name: str, report: Report) -> None:
    """Remove the lab with all that it made, wherever it was cut short; nothing to remove is not an error."""
    lab = home.lab(name)
    with _lock(lab):
        plan = record.load(lab.record)
        if plan is not None:
            _remove(plan, home, lab, report)
        image.sweep(home)
        if lab.path.exists():
            shutil.rmtree(lab.path)
        with forwarding.machine_lock():
            forwarding.release(lab.path)
        lab.lock.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another lab is there
        lab.path.parent.rmdir()
    report(f"lab {name} is gone")


def observe(home: Home, name: str) -> tuple[record.LabRecord, list[host.HostState]]:
    """Look at a lab; raises LabError when there is none of that name."""
    lab = home.lab(name)
    plan = load(home, name)
    return plan, [host.observe(plan, lab, each) for each in plan.topology.hosts]


def load(home: Home, name: str) -> record.LabRecord:
    """Give what was decided about a lab; raises LabError when there is none of that name."""
    plan = record.load(home.lab(name).record)
    if plan is None:
        raise LabError(f"there is no lab {name}: make it with `novaform lab up --name {name}`")
    return plan


def reboot(home: Home, name: str, hosts: Sequence[str], report: Report) -> None:
    """Reboot the hosts all at once and wait until each answers again; raises LabError."""
    lab = home.lab(name)
    with _lock(lab):
        plan = load(home, name)
        wanted = [require_host(plan, each) for each in hosts] or list(plan.topology.hosts)
        inits = {each: host.reboot(plan, each) for each in wanted}
        for each, init in inits.items():
            with _time_step(report, f"host {each} reboot"):
                if not init.ends_within(host.STOP_PATIENCE):
                    raise LabError(f"host {each} of lab {name} does not shut down: see {lab.host(each).console}")
                host.require_up(plan, lab, each)


def save(home: Home, name: str, snap: str, report: Report) -> None:
    """Stop the lab, freeze its hosts' files under a name, and start it again; raises LabError."""
    lab = home.lab(name)
    with _lock(lab):
        plan = snapshot.finish(load(home, name), lab)
        snapshot.require_free(plan, lab, snap)
        running = _running(plan, lab)
        for each in plan.topology.hosts:
            host.stop(plan, lab, each)
        plan = snapshot.save(plan, lab, snap)
        _start(plan, home, running, report)


def restore(home: Home, name: str, snap: str, report: Report) -> None:
    """Put the hosts' files back to what they were when they were saved, and start the lab; raises LabError."""
    lab = home.lab(name)
    with _lock(lab):
        plan = snapshot.finish(load(home, name), lab)
        snapshot.require_saved(plan, snap)
        for each in plan.topology.hosts:
            host.kill(plan, lab, each)
        plan = snapshot.restore(plan, lab, snap)
        _start(plan, home, list(plan.topology.hosts), report)


def require_host(plan: record.LabRecord, name: str) -> str:
    """Give the name back; raises LabError when the lab has no such host."""
    if name not in plan.topology.hosts:
        raise LabError(f"lab {plan.name} has no host {name}; it has {', '.join(plan.topology.hosts)}")
    return name


def _decide(home: Home, lab: LabHome, topology: Topology) -> record.LabRecord:
    known = record.load(lab.record)
    if known is not None:
        if known.topology != topology:
            raise LabError(f"lab {lab.name} was made from another topology ({known.topology.name}): take it down first")
        return known
    others = [found for other in home.labs() if (found := record.load(other.record)) is not None]
    used = [*machine.observe_used_networks(), *record.used_networks(others)]
    hosts, provider = subnet.choose(lab.name, used)
    tag = record.choose_tag(lab.name, lambda tag: _is_used(tag, others))
    plan = record.LabRecord(lab.name, tag, topology, str(hosts), str(provider), nat.choose())
    lab.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    record.store(lab.record, plan)
    return plan


def _is_used(tag: str, others: list[record.LabRecord]) -> bool:
    links = (f"nf-{tag}", f"nf-{tag}x")
    taken = {name for other in others for name in (other.bridge, other.provider_bridge)}
    if taken & set(links) or any(network.has_link(link) for link in links):
        return True
    return nat.has_table(record.table_name(tag)) or cgroup.exists(record.group_name(tag))


def _start(plan: record.LabRecord, home: Home, hosts: list[str], report: Report) -> None:
    lab = home.lab(plan.name)
    began = time.monotonic()
    found_up = {each for each in hosts if host.observe(plan, lab, each).is_up and network.reconnect(plan, each)}
    for each in hosts:
        if each not in found_up:
            host.start(plan, home, each)
    lab.known_hosts.write_text(clone.render_known_hosts(plan, lab), encoding="ascii")
    inventory.write(plan, lab)
    for each in hosts:
        if each in found_up and not host.comes_up(plan, lab, each):
            host.start(plan, home, each)  # it was on its way down, or does not answer
        host.require_up(plan, lab, each)
        report(f"host {each} ({plan.address(each)}) ... up {time.monotonic() - began:.1f} s")


def _remove(plan: record.LabRecord, home: Home, lab: LabHome, report: Report) -> None:
    for each in plan.topology.hosts:
        host.kill(plan, lab, each)
        report(f"host {each} ... ended")
    cgroup.remove(record.group_name(plan.tag))
    archive.harvest(home, plan)
    nat.remove(plan)
    network.remove_bridges(plan)


def _running(plan: record.LabRecord, lab: LabHome) -> list[str]:
    return [name for name in plan.topology.hosts if host.observe(plan, lab, name).is_up]


def _lock(lab: LabHome) -> contextlib.AbstractContextManager[int]:
    return lock.hold(lab.lock, f"lab {lab.name}")


@contextlib.contextmanager
def _time_step(report: Report, what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    report(f"{what} ... {time.monotonic() - began:.1f} s")
