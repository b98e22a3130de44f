"""What the cloud remembers of its hosts, compared with what the site declares and what the hosts are.

``remembered`` is ``{services, nodes, instances, mapped, agents, providers}`` as ``host_info`` read it from the control
host's databases: empty lists where a database has nothing, and None altogether where nobody could look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Row = dict[str, str]
    Hosts = Mapping[str, Mapping[str, Any]]

COMPUTE = "nova-compute"
IDENTITY = "/var/lib/nova/compute_id"
BY_SOCKET = 'mariadb -p -e "ALTER USER root@localhost IDENTIFIED VIA unix_socket" there, with its password'
# Which groups a host has on which each of these runs, and whose record of it must exist.
ROLES: dict[str, tuple[str, frozenset[str]]] = {
    COMPUTE: ("Nova", frozenset({"compute"})),
    "nova-conductor": ("Nova", frozenset({"control"})),
    "nova-scheduler": ("Nova", frozenset({"control"})),
    "neutron-openvswitch-agent": ("neutron", frozenset({"network", "compute"})),
    "neutron-l3-agent": ("neutron", frozenset({"network"})),
    "neutron-dhcp-agent": ("neutron", frozenset({"network"})),
    "neutron-metadata-agent": ("neutron", frozenset({"network"})),
}


def remembered_by(facts: Iterable[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    """Return what the cloud remembers, from the facts of the control hosts; None when nobody could look."""
    return next((one["remembered"] for one in facts if one and one.get("remembered") is not None), None)


def forgotten(name: str, roles: frozenset[str], remembered: Mapping[str, Any] | None) -> dict[str, str]:
    """Return ``{service: who}`` for what a declared host runs and Nova or neutron has no record of."""
    if remembered is None:
        return {}
    known = {(one["host"], one["binary"]) for one in [*remembered["services"], *remembered["agents"]]}
    return {binary: who for binary, (who, where) in ROLES.items() if where & roles and (name, binary) not in known}


def problems(hosts: Hosts) -> list[Row]:
    """Return ``[{host, problem, remedy}]`` of what must be put right before a host is touched.

    ``hosts`` is ``{name: {groups: [str], facts: {} | None}}``, and every host of the site is in it.
    """
    remembered = _memory_of(hosts)
    rows = [row for name, host in hosts.items() if host.get("facts") for row in _own(name, host, remembered)]
    return rows + [row for row, refused in _strangers(hosts, remembered) if refused]


def notes(hosts: Hosts) -> list[Row]:
    """Return ``[{host, problem, remedy}]`` of what is worth a look and stops nothing; ``hosts`` as ``problems``."""
    remembered = _memory_of(hosts)
    rows = [
        _row(
            name,
            "MariaDB does not answer: what the cloud remembers of its hosts was not compared",
            "run again when it does",
        )
        for name, host in _of(hosts, "control")
        if (host.get("facts") or {}).get("database", {}).get("state") == "silent"
    ]
    rows += [row for row, refused in _strangers(hosts, remembered) if not refused]
    return rows + list(_closed_hosts(hosts, remembered))


def _memory_of(hosts: Hosts) -> Mapping[str, Any] | None:
    return remembered_by(host.get("facts") for _, host in _of(hosts, "control"))


def _of(hosts: Hosts, group: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, host) for name, host in hosts.items() if group in (host.get("groups") or ())]


def _row(host: str, problem: str, remedy: str) -> Row:
    return {"host": host, "problem": problem, "remedy": remedy}


def _own(name: str, host: Mapping[str, Any], remembered: Mapping[str, Any] | None) -> Iterator[Row]:
    """Yield what is wrong with one declared host."""
    facts, groups = host["facts"], host.get("groups") or ()
    database = facts.get("database") or {}
    if "control" in groups and database.get("state") == "refuses":
        yield _row(name, f"its MariaDB does not let root in by the socket ({database['said']})", BY_SOCKET)
    if "control" in groups and database.get("state") == "garbled":
        yield _row(
            name,
            f"what the cloud remembers of its hosts cannot be read: {database['said']}",
            "look whether the databases nova, nova_api, neutron and placement there are whole",
        )
    former = facts.get("deployed_as")
    if former and former != name:
        yield _row(
            name,
            f"it was deployed as {former}: Nova and neutron know it by that name",
            f"call it {former} in hosts.yml; for a new name take {former} out of the cloud and set the host up anew",
        )
    elif "compute" in groups and remembered is not None:
        yield from _identity(name, facts, remembered)


def _identity(name: str, facts: Mapping[str, Any], remembered: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row where the identity that Nova has of a compute host is not the one that it has itself."""
    own = facts.get("compute_id")
    known = [one["id"] for one in remembered["nodes"] if one["host"] == name]
    has = f"its own is {own}" if own else "it has none"
    if known and own not in known:
        yield _row(
            name,
            f"Nova knows it as compute node {known[0]}, but {has}: was it set up anew?",
            _restore(name, known[0], remembered),
        )
    called = {facts.get("hostname"), facts.get("fqdn")} - {None}
    left = [one for one in remembered["providers"] if one["name"] in called and one["id"] != own]
    if left and not known:
        used = left[0]["allocations"]
        yield _row(
            name,
            f"Placement knows it as {left[0]['id']}, but {has}: was it set up anew?",
            f"write that into {IDENTITY} there: {used} allocations are on it"
            if used
            else f"openstack resource provider delete {left[0]['id']} (of osc-placement), then run again",
        )


def _restore(name: str, identity: str, remembered: Mapping[str, Any]) -> str:
    """Return the way back to one identity: Nova's, where servers depend on it or no record can be deleted."""
    service = [one["id"] for one in remembered["services"] if (one["host"], one["binary"]) == (name, COMPUTE)]
    count = remembered["instances"].get(name, 0)
    if count or not service:
        why = f"{count} servers are" if count != 1 else "1 server is"
        return f"write {identity} into {IDENTITY} there (owner nova), then run again: {why} on it"
    return f"openstack compute service delete {service[0]}, then run again: no server is on it"


def _strangers(hosts: Hosts, remembered: Mapping[str, Any] | None) -> Iterator[tuple[Row, bool]]:
    """Yield a row for each host that the cloud knows and the site does not, and whether that stops a run."""
    if remembered is None:
        return
    renamed = {(host.get("facts") or {}).get("deployed_as") for host in hosts.values()}
    found: dict[str, list[tuple[str, str]]] = {}
    for name, what, command in (*_services(hosts, remembered), *_leftovers(hosts, remembered)):
        found.setdefault(name, []).append((what, command))
    for name, things in found.items():
        if name in renamed - set(hosts):  # a row of its own says so
            continue
        whats, commands = (list(dict.fromkeys(column)) for column in zip(*things))
        told = f"{' and '.join(whats)} know{'s' * (len(whats) == 1)} it, hosts.yml does not"
        if _is_open(name, hosts, remembered):
            remedy = f"put it back, or first: openstack compute service set --disable {name} {COMPUTE}"
            yield _row(name, f"{told}: it still gets servers", remedy), True
        else:
            count = remembered["instances"].get(name, 0)
            first = [f"move its {count} servers away"] if count else []
            yield _row(name, told, "; ".join([*first, *commands])), False


def _is_open(name: str, hosts: Hosts, remembered: Mapping[str, Any]) -> bool:
    return any(
        one["host"] == name and one["binary"] == COMPUTE and not one["disabled"]
        for one in remembered["services"]
        if not _runs(hosts, one)
    )


def _runs(hosts: Hosts, record: Mapping[str, Any]) -> bool:
    """Return whether a record is of something that a declared host runs; a service that we do not know is not ours."""
    groups = set(hosts.get(record["host"], {}).get("groups") or ())
    _, where = ROLES.get(record["binary"], ("", groups))
    return bool(where & groups)


def _services(hosts: Hosts, remembered: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield ``(host, who, command)`` for records of services that no declared host runs."""
    for one in remembered["services"]:
        if not _runs(hosts, one):
            yield one["host"], "Nova", f"openstack compute service delete {one['id']}"
    for one in remembered["agents"]:
        if not _runs(hosts, one):
            yield one["host"], "neutron", f"openstack network agent delete {one['id']}"


def _leftovers(hosts: Hosts, remembered: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield likewise what the deletion of a service leaves behind: a host's mapping, and its provider."""
    served = {one["host"] for one in remembered["services"] if one["binary"] == COMPUTE}
    computes = {name for name, _ in _of(hosts, "compute")}
    for one in remembered["mapped"]:
        if one["host"] not in served | computes:
            command = (
                f"nova-manage cell_v2 delete_host --cell_uuid {one['cell']} --host {one['host']} on the control host"
            )
            yield one["host"], f"the cell {one['name']}", command
    ours = {one["id"] for one in remembered["nodes"]}
    ours |= {(host.get("facts") or {}).get("compute_id") for host in hosts.values()}
    names = {(host.get("facts") or {}).get(name) for host in hosts.values() for name in ("hostname", "fqdn")}
    unread = any(not host.get("facts") for _, host in _of(hosts, "compute"))
    for one in remembered["providers"]:
        if not unread and one["id"] not in ours and one["name"] not in names:
            yield one["name"], "Placement", f"openstack resource provider delete {one['id']} (of osc-placement)"


def _closed_hosts(hosts: Hosts, remembered: Mapping[str, Any] | None) -> Iterator[Row]:
    """Yield a row for each declared host that Nova or neutron was told to leave out."""
    for one in (remembered or {}).get("services", ()):
        name, binary = one["host"], one["binary"]
        if not _runs(hosts, one):
            continue
        if one["forced_down"]:
            command = f"openstack --os-compute-api-version 2.53 compute service set --up {name} {binary}"
            yield _row(name, f"its {binary} is forced down in Nova: it gets no servers", command)
        elif one["disabled"]:
            command = f"openstack compute service set --enable {name} {binary}"
            yield _row(name, f"its {binary} is disabled in Nova: it gets no servers", command)
    for one in (remembered or {}).get("agents", ()):
        if _runs(hosts, one) and not one["enabled"]:
            yield _row(
                one["host"],
                f"its {one['binary']} is disabled in neutron",
                f"openstack network agent set --enable {one['id']}",
            )
