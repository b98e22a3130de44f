"""What the account of a service may change or become on its host, and on others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from fakes import parts

SERVICES = {"nova", "neutron", "keystone", "glance", "placement"}
NEEDED = {"nova-common": {"compute"}, "neutron_sudoers": {"network", "compute"}, "glance_sudoers": set[str]()}
ROLES = ("control,network,compute", "control,network", "control", "network", "compute")
PRIVSEP = "--privsep_context {} --privsep_sock_path /tmp/tmpab_9/privsep.sock"


def files(roles: str, *others: str) -> dict[str, dict[str, Any]]:
    """Return the files of a host with these roles, in a site with hosts of others besides."""
    one = site.Host("one", "192.0.2.11", frozenset(roles.split(",")))
    more = [site.Host(f"o{n}", f"192.0.2.{20 + n}", frozenset(other.split(","))) for n, other in enumerate(others)]
    declared = site.Site(site.Settings(), (one, *more))
    return {item["path"]: item for made in parts.of_host(declared, one) for item in made.get("files", ())}


def commands(item: dict[str, Any]) -> list[tuple[str, str]]:
    """Return ``(program, arguments)`` of each line for sudo."""
    lines = [line for line in item["content"].splitlines() if not line.startswith("#")]
    return [(words[5], words[6]) for words in (line.split(" ", 6) for line in lines)]


@pytest.mark.parametrize("roles", ROLES)
def test_whatever_is_written_to_a_services_folder_its_account_can_only_read(roles: str) -> None:
    found = files(roles, "control,network", "compute", "compute")
    owned = {path.split("/")[2] for path in found if path.startswith("/etc/")} & SERVICES
    for service in owned:
        folder = found[f"/etc/{service}"]
        assert (folder["format"], folder["owner"], folder["group"], folder["mode"]) == (
            "directory",
            "root",
            service,
            "0750",
        )
        inside = [item for path, item in found.items() if path.startswith(f"/etc/{service}/")]
        assert [item["path"] for item in inside if item["owner"] != "root" and not item["path"].endswith("-keys")] == []
        assert not [item["path"] for item in inside if int(item["mode"], 8) & 0o022]


@pytest.mark.parametrize("roles", ROLES)
def test_sudo_is_for_agents_alone(roles: str) -> None:
    found = files(roles, "control,network", "compute", "compute")
    for name, needing in NEEDED.items():
        item = found.get(f"/etc/sudoers.d/{name}")
        if item is not None:
            assert (item["owner"], item["group"], item["mode"]) == ("root", "root", "0440")
            assert bool(commands(item)) == bool(needing & set(roles.split(",")))


@pytest.mark.parametrize(
    ("service", "name", "context", "configs"),
    [
        ("nova", "nova-common", "nova.privsep.sys_admin_pctxt", ["nova.conf", "nova-compute.conf"]),
        ("nova", "nova-common", "vif_plug_ovs.privsep.vif_plug", ["nova.conf"]),
        ("neutron", "neutron_sudoers", "neutron.privileged.default", ["plugins/ml2/openvswitch_agent.ini"]),
        ("neutron", "neutron_sudoers", "neutron.privileged.link_cmd", ["neutron.conf", "l3_agent.ini"]),
    ],
)
def test_sudo_starts_the_helper_with_our_files_and_no_others(
    service: str, name: str, context: str, configs: list[str]
) -> None:
    program, pattern = commands(files("control,network,compute")[f"/etc/sudoers.d/{name}"])[0]
    assert program == f"/usr/bin/{service}-rootwrap"
    way = f"/etc/{service}/rootwrap.conf privsep-helper"
    given = " ".join(f"--config-file /etc/{service}/{config}" for config in configs)
    rest = PRIVSEP.format(context)
    assert re.search(pattern, f"{way} {given} {rest}")
    for evil in (
        f"/tmp/rootwrap.conf privsep-helper {given} {rest}",
        f"{way} --config-file /tmp/evil.conf {rest}",
        f"{way} --config-file /etc/{service}/../../tmp/evil.conf {rest}",
        f"{way} {given} --config-file /tmp/evil.conf {rest}",
        f"{way} {given} --config-dir /tmp {rest}",
        f"{way} {given} {PRIVSEP.format('os.system')}",
        f"{way} {given} {rest} --log-config-append /tmp/evil.conf",
        f"{way} {given} {PRIVSEP.format(context).replace('/tmp/tmpab_9', '/etc/cron.d')}",
        f"/etc/{service}/rootwrap.conf id",
    ):
        assert not re.search(pattern, evil), evil


def test_a_site_with_one_compute_host_has_no_key_for_another() -> None:
    for found in (files("control,network,compute"), files("compute", "control,network")):
        keys = {path: item["format"] for path, item in found.items() if "/.ssh/" in path or "/ssh_config.d/" in path}
        assert set(keys.values()) == {"absent"}
        assert len(keys) == 4
        assert "live_migration_uri" not in found["/etc/nova/nova.conf"]["options"]["libvirt"]


def test_the_key_admits_peers_alone_and_gives_no_terminal() -> None:
    admitted = files("compute", "control,network", "compute", "compute")["/var/lib/nova/.ssh/authorized_keys"]
    assert admitted["content"] == 'restrict,from="192.0.2.21,192.0.2.22" <secret:migration_ssh_public>\n'


NEEDED_ELSEWHERE = {
    "broker_nova_compute",
    "broker_neutron_agent",
    "identity_nova_compute",
    "migration_ssh_key",
    "migration_ssh_public",
}


def test_a_compute_host_gets_no_account_but_its_own() -> None:
    host = site.Host("one", "192.0.2.11", frozenset({"compute"}))
    peers = (
        site.Host("o1", "192.0.2.21", frozenset({"control", "network"})),
        site.Host("o2", "192.0.2.22", host.roles),
    )
    components = parts.of_host(site.Site(site.Settings(), (host, *peers)), host)
    assert set(compose.granted_secrets(components)) == NEEDED_ELSEWHERE


def test_only_neutrons_account_has_the_role_for_events() -> None:
    alone = site.Host("one", "192.0.2.11", frozenset(site.ROLES))
    components = parts.of_host(site.Site(site.Settings(), (alone,)), alone)
    users = [user for made in components for user in made.get("catalog", {}).get("users", ())]
    assert {user["name"]: user["roles"] for user in users} == {
        **{name: ["service"] for name in ("nova", "nova-compute", "glance", "placement")},
        "neutron": ["service", "novaform_events"],
    }
    rules = files("control,network,compute")["/etc/nova/policy.d/50-novaform.yaml"]["content"]
    assert '"os_compute_api:os-server-external-events:create": "role:novaform_events"' in rules
    assert "role:service" not in rules


LISTENED = ("compute", "compute.one", "compute.a-b.example", "compute_fanout_1f", "reply_one:nova-compute:1:2f")
CALLED = ("nova", "scheduler_fanout", "amq.default")
AGENTS = ("q-agent-notifier-port-update.one", "l3_agent.one", "dhcp_agent", "neutron-vo-Port-1.9_fanout_2a", "reply_2")
SERVERS = {
    "nova-compute": ("conductor", "conductor.control1", "scheduler", "scheduler_fanout_1", "conductor_fanout_1", "x"),
    "neutron-agent": (
        "q-plugin",
        "q-plugin.control1",
        "q-reports-plugin_fanout_1",
        "q-l3-plugin",
        "q-server-resource-versions",
    ),
}


def test_the_brokers_rights_are_what_a_host_listens_to_and_calls() -> None:
    alone = site.Host("one", "192.0.2.11", frozenset(site.ROLES))
    (made,) = (one for one in parts.of_host(site.Site(site.Settings(), (alone,)), alone) if one["name"] == "rabbitmq")
    users = {user["name"]: user for user in made["broker"]["users"]}
    assert {name for name, user in users.items() if user["read"] == ".*"} == {"nova", "neutron"}
    for name, own in (("nova-compute", LISTENED), ("neutron-agent", AGENTS)):
        for right in ("configure", "read", "write"):
            assert all(re.search(users[name][right], queue) for queue in own), (name, right)
        for right in ("configure", "read"):
            assert not [queue for queue in SERVERS[name] if re.search(users[name][right], queue)], (name, right)
    assert all(re.search(users["nova-compute"]["write"], exchange) for exchange in CALLED)
