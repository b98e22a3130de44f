"""Everything that would break a deployment half-way, found before anything is touched, for all hosts at once.

``problems`` takes what was read from the hosts and returns what is wrong; ``render_table`` is how people read it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ..blueprint.site import MUTE, MUTE_REMEDY
from . import contact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Problem = tuple[str, str]

SUPPORTED = {("debian", "13"): "Debian 13"}
COMING = {("debian", "12"): "Debian 12"}
MEMORY_MB = {"control": 3072, "network": 1024, "compute": 1024}
INSTALL_MB, RUN_MB = 6144, 1024
SKEW_SECONDS = 5.0
SLOWEST_WAY_SECONDS = 30.0
MOST_NAMED = 8

# Who may hold a component's ports already, by program or by unit. systemd holds what it starts on demand.
ANYBODY = ("systemd", "init")
OWNERS: dict[str, tuple[str, ...]] = {
    "mysql": ("mariadbd", "mysqld", "mariadb.service"),
    "rabbitmq": ("beam.smp", "epmd", "rabbitmq*", "epmd.*"),
    "memcached": ("memcached", "memcached*.service"),
    "keystone": ("uwsgi*", "keystone*"),
    "glance": ("uwsgi*", "glance-*"),
    "placement": ("uwsgi*", "placement-*"),
    "neutron_server": ("uwsgi*", "neutron-*"),
    "nova_api": ("uwsgi*", "nova-api*"),
    "nova_metadata": ("uwsgi*", "nova-api*"),
    "nova_console": ("nova-*proxy*",),
    "nova_compute": ("qemu*", "kvm", "libvirtd", "virt*"),
}


def problems(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return ``[{host, problem, remedy}]``, in the order of the hosts; empty when the site may be deployed.

    ``hosts`` is ``{name: {groups: [str], facts: {} | None, error: str | None, rules: [{port, comment}],
    interfaces: [str], address: str, tunnel: str, tunnel_own: bool, tunnel_comes: bool, virt_type: str}}``
    where ``facts`` are those of ``host_info`` (of their shape: see ``fact``), ``rules`` the ports that the host's
    components need, ``tunnel`` the address to which others send tunnels, declared for that alone (``tunnel_own``) and
    perhaps to come with the external bridge (``tunnel_comes``), ``virt_type`` how the host's guests are to run, empty
    where none are.
    """
    found = []
    read = {name: host for name, host in hosts.items() if host.get("facts")}
    shared = {**_twins(read), **_skews(read), **_mute(hosts, read)}
    for name, host in hosts.items():
        if host.get("error"):
            found.append(contact.to_problem(name, str(host["error"])))
        rows = [*(_judge(host) if host.get("facts") else ()), *_conductor(name, hosts)]
        rows += [row for (owner, _), row in shared.items() if owner == name]
        found += [{"host": name, "problem": problem, "remedy": remedy} for problem, remedy in rows]
    return found


def render_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the problems: those of no host in particular a line each, then a table of aligned columns."""
    if not rows:
        return "no problems"
    lines = [f"{row['problem']}{': ' if row['remedy'] else ''}{row['remedy']}" for row in rows if not row["host"]]
    of_hosts = [row for row in rows if row["host"]]
    hosts = len({row["host"] for row in of_hosts})
    where = f" on {hosts} host{'s' * (hosts > 1)}" if len(of_hosts) == len(rows) else ""
    if of_hosts:
        lines += _align(of_hosts)
    return "\n".join([f"{len(rows)} problem{'s' * (len(rows) > 1)}{where}; nothing has been touched", "", *lines])


def render_notes(rows: Sequence[Mapping[str, str]]) -> str:
    """Return what stops nothing as a like table; empty when there is nothing."""
    return "\n".join(["worth a look; the run goes on", "", *_align(rows)]) if rows else ""


def _align(rows: Sequence[Mapping[str, str]]) -> list[str]:
    columns = ("host", "problem", "remedy")
    widths = {column: max(len(column), *(len(row[column]) for row in rows)) for column in columns}
    lines = [{column: column.upper() for column in columns}, *rows]
    return ["  ".join(line[column].ljust(widths[column]) for column in columns).rstrip() for line in lines]


def _judge(host: Mapping[str, Any]) -> Iterator[Problem]:
    facts = host["facts"]
    yield from _release(facts)
    yield from _rights(facts)
    yield from _sizes(facts, host.get("groups") or ())
    yield from _names(facts, host.get("groups") or ())
    yield from _virtualisation(facts, host.get("virt_type") or "")
    yield from _network(facts, host)
    yield from _taken_ports(facts, host.get("rules") or ())


def _release(facts: Mapping[str, Any]) -> Iterator[Problem]:
    key = (facts["distribution"], facts["release"])
    if key in SUPPORTED:
        return
    name = COMING.get(key, f"{facts['distribution']} {facts['release']}".strip())
    told = "is not supported yet" if key in COMING else "is not supported"
    yield f"{name} {told}", f"install {', '.join(SUPPORTED.values())}"


def _rights(facts: Mapping[str, Any]) -> Iterator[Problem]:
    if not facts["root"]:
        yield "the login is not root and does not become root", "set ansible_become: true, or log in as root"
    if not facts["systemd"]:
        yield "systemd does not run it", "boot the host with systemd as its first process"
    if facts["apt_lock"]:
        yield f"{facts['apt_lock']} holds dpkg's lock", "wait until it has ended, or end it"


def _sizes(facts: Mapping[str, Any], groups: Sequence[str]) -> Iterator[Problem]:
    needed = max((MEMORY_MB.get(group, 0) for group in groups), default=0)
    if facts["memory_mb"] < needed:
        yield f"{facts['memory_mb']} MiB of memory, {needed} needed for {', '.join(groups)}", "give it more memory"
    needed = RUN_MB if "nova-common" in facts["installed"] else INSTALL_MB
    free = facts["disk_free_mb"].get("/var", needed)
    if free < needed:
        yield f"{free} MiB free in /var, {needed} needed", "make room, or give /var a larger disk"


def _virtualisation(facts: Mapping[str, Any], declared: str) -> Iterator[Problem]:
    if declared == "kvm" and facts["virt_type"] != "kvm":
        told = "virt_type is kvm, and KVM does not work: /dev/kvm does not answer, or the processor has no vmx or svm"
        yield told, "switch virtualisation on in its firmware or hypervisor, or declare cloud.virt_type: auto"


def _names(facts: Mapping[str, Any], groups: Sequence[str]) -> Iterator[Problem]:
    name = facts["hostname"]
    if name in ("", "localhost", "(none)"):
        yield f"its host name is {name or 'empty'!s}", "hostnamectl set-hostname NAME, a different one on each host"
    elif "control" in groups and not facts["hostname_resolves"]:
        address = facts.get("default_address") or "ADDRESS"
        if facts["hostname_addresses"]:
            others = ", ".join(facts["hostname_addresses"])
            yield (
                f"its name {name} leads to {others}, which is not the host",
                f"correct {name} in /etc/hosts or the DNS",
            )
        else:
            yield f"its own name {name} leads nowhere; RabbitMQ needs it", f"add to /etc/hosts there: {address} {name}"


def _network(facts: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[Problem]:
    for interface in host.get("interfaces") or ():
        if interface not in facts["interfaces"]:
            others = ", ".join(one for one in facts["interfaces"][:MOST_NAMED] if one != "lo")
            yield f"there is no interface {interface} (there are {others})", "correct cloud.external.interface"
        elif interface == facts["default_interface"]:
            yield f"{interface} carries the default route", "give cloud.external.interface one without addresses"
        else:
            carried = [one for one in facts["addresses"].get(interface, ()) if not one.lower().startswith("fe80")]
            if carried:
                told = f"{interface} has the address {carried[0]}, and would lose it to Open vSwitch"
                yield told, "give cloud.external.interface one without addresses"
    yield from _addresses(facts, host)


def _addresses(facts: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[Problem]:
    """Compare the declared addresses with those of the interfaces."""
    own = {address for addresses in facts["addresses"].values() for address in addresses}
    address, tunnel = host.get("address"), host.get("tunnel")
    if address and not _is_ipv4(address):
        yield f"{address} is a name, and services listen on an address", "give it an IPv4 address in hosts.yml"
    elif address and address not in own:
        yield f"none of its interfaces has the address {address}", "correct address (or ansible_host) in hosts.yml"
    coming = host.get("tunnel_comes") and "br-ex" not in facts["interfaces"]
    if tunnel and host.get("tunnel_own") and tunnel not in own and not coming:
        yield f"none of its interfaces has the tunnel_address {tunnel}", "correct tunnel_address in hosts.yml"


def _is_ipv4(text: str) -> bool:
    return len(text.split(".")) == 4 and text.replace(".", "").isdigit()


def _mute(hosts: Mapping[str, Mapping[str, Any]], read: Mapping[str, Mapping[str, Any]]) -> dict[Any, Problem]:
    """Name hosts whose switch in user space would send its tunnels by a bridge that has no address for them."""
    if sum(bool(host.get("tunnel")) for host in hosts.values()) < 2:
        return {}
    return {
        (name, "tunnel"): (MUTE, MUTE_REMEDY)
        for name, host in read.items()
        if host.get("tunnel") and not host.get("tunnel_own") and host["facts"]["openvswitch_datapath"] == "netdev"
    }


def _taken_ports(facts: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen = set()
    for rule in rules:
        first, last = _port_range(rule["port"])
        owners = (*ANYBODY, *OWNERS.get(rule["comment"], ("*",)))
        for listener in facts["ports"]:
            holders = [listener["unit"] or "", listener["program"] or ""]
            ours = any(fnmatchcase(holder, owner) for holder in holders for owner in owners)
            if first <= listener["port"] <= last and any(holders) and not ours:
                seen.add((listener["port"], rule["comment"], listener["program"], listener["unit"]))
    for port, component, program, unit in sorted(seen, key=str):
        where = f" ({unit})" if unit else ""
        remedy = f"systemctl disable --now {unit}" if str(unit).endswith(".service") else f"end {program}"
        yield f"port {port} of {component} is held by {program}{where}", f"{remedy}, or move it to another port"


def _port_range(port: int | str) -> tuple[int, int]:
    """Return the first and the last of ``8774`` or ``"5900-5999"``."""
    first, _, last = str(port).partition("-")
    return int(first), int(last or first)


def _conductor(name: str, hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    if len(hosts) > 1 and {"control", "compute"} <= set(hosts[name].get("groups") or ()):
        yield (
            "nova-conductor (group control) on a compute host, where no database password may be",
            "take it out of one of the groups, or make the site one single host",
        )


def _twins(read: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Problem]:
    by_name: dict[str, list[str]] = {}
    for name, host in read.items():
        by_name.setdefault(host["facts"]["hostname"], []).append(name)
    return {
        (name, "twin"): (
            f"its host name {hostname} is also that of {', '.join(other for other in names if other != name)}",
            "hostnamectl set-hostname NAME, a different one on each host",
        )
        for hostname, names in by_name.items()
        if len(names) > 1
        for name in names
    }


def _skews(read: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Problem]:
    """Compare clocks with the controller's. What all hosts seem to be ahead by is the time of the way to them."""
    offsets = {name: host["facts"].get("clock_offset") for name, host in read.items()}
    known = {name: float(offset) for name, offset in offsets.items() if offset is not None}
    least = min(known.values(), default=0.0)
    found = {}
    for name, offset in known.items():
        ahead = offset > SKEW_SECONDS and offset - least > SKEW_SECONDS
        if ahead or offset < -SKEW_SECONDS or offset > SLOWEST_WAY_SECONDS:
            told = f"its clock is {abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} the controller's"
            found[name, "clock"] = (told, "install and start an NTP client (systemd-timesyncd or chrony)")
    return found
