"""A site that looks green and carries no guest ends red with a sentence, or is healed, which check mode foretells.

Each damage is one that systemd, an open port and an HTTP status without a token do not show.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from e2e import site, wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.site import Ended, Site

CHECK = ["--check", "--diff"]
BOUND_SECONDS = 90
MYSQL = "mariadb --skip-column-names --execute"


class Damage(NamedTuple):
    """What breaks a site, what puts it right, and the sentence with which a run must end."""

    group: str
    name: str
    break_it: str
    undo: str
    sentence: str


DISK = "/var/lib/nova/instances"
DROPIN = "/etc/systemd/system/{unit}.service.d/zz-damage.conf"
SECRET = "OS_NEUTRON__METADATA_PROXY_SHARED_SECRET"  # oslo.config reads it before any file
LIBVIRT = DROPIN.format(unit="libvirtd")
METADATA = DROPIN.format(unit="nova-api-metadata")
RED = [
    Damage(
        "compute",
        "the disk of guests is full",
        f"mount -t tmpfs -o size=1m,$(stat -c mode=%a,uid=%u,gid=%g {DISK}) none {DISK}",
        f"umount {DISK}",
        f"{DISK} has 1 MiB left",
    ),
    Damage(
        "compute",
        "the emulator cannot be run by its account",
        "chmod 0700 /usr/bin/qemu-system-x86_64",
        "chmod 0755 /usr/bin/qemu-system-x86_64",
        "libvirt starts no guest of type",
    ),
    Damage(
        "compute",
        "cgroups are read-only for libvirt",
        f"printf '# none\\n' >/root/qemu.conf && mkdir -p $(dirname {LIBVIRT}) && printf '[Service]\\n"
        f"ProtectControlGroups=yes\\nBindReadOnlyPaths=/root/qemu.conf:/etc/libvirt/qemu.conf\\n' >{LIBVIRT}"
        " && systemctl daemon-reload && systemctl restart libvirtd",
        f"rm {LIBVIRT} && systemctl daemon-reload && systemctl restart libvirtd",
        "Read-only file system",
    ),
    Damage(
        "control",
        "the broker has a memory alarm",
        "rabbitmqctl eval 'vm_memory_monitor:get_vm_memory_high_watermark().' >/tmp/watermark"
        " && rabbitmqctl set_vm_memory_high_watermark 0.00001",
        "rabbitmqctl set_vm_memory_high_watermark $(cat /tmp/watermark)",
        "memory alarm on rabbit@",
    ),
    Damage(
        "control",
        "Nova's metadata has another secret than the agent",
        f"mkdir -p $(dirname {METADATA}) && printf '[Service]\\nEnvironment={SECRET}=x\\n'"
        f" >{METADATA} && systemctl daemon-reload && systemctl restart nova-api-metadata && sleep 5",
        f"rm {METADATA} && systemctl daemon-reload && systemctl restart nova-api-metadata",
        "Nova does not accept what the metadata agent signs",
    ),
]


@pytest.fixture(autouse=True, scope="module")
def whole(cloud: Site) -> Iterator[None]:
    """The site is whole before these tests and after them."""
    assert_clean(cloud)
    yield
    assert_clean(cloud)


def assert_clean(cloud: Site) -> None:
    ended = cloud.playbook(*CHECK)
    assert ended.status == 0, ended.said
    assert [one for one in cloud.noted()["results"] if one["steps"]] == []


@contextlib.contextmanager
def broken(cloud: Site, damage: Damage) -> Iterator[None]:
    host = cloud.hosts(damage.group)[0]
    cloud.ask(host, damage.break_it)
    try:
        yield
    finally:
        cloud.ask(host, damage.undo)


def sentences(ended: Ended) -> str:
    """What a run printed, as it would stand on one line."""
    return " ".join(ended.said.split())


@pytest.mark.parametrize("damage", RED, ids=lambda damage: damage.name)
def test_what_a_run_cannot_heal_is_named_by_check_mode_too(cloud: Site, damage: Damage) -> None:
    with broken(cloud, damage):
        started = time.monotonic()
        ended = cloud.playbook(*CHECK)
    assert ended.status != 0, ended.said
    assert damage.sentence in sentences(ended)
    assert time.monotonic() - started < BOUND_SECONDS


def test_a_disabled_compute_host_is_named_with_the_remedy(cloud: Site) -> None:
    host = cloud.hosts("compute")[0]
    words = ["compute", "service", "set", host, "nova-compute"]
    site.run_well("openstack", *words, "--disable", "--disable-reason", "broken fan", env=cloud.env)
    try:
        ended = cloud.playbook(*CHECK)
    finally:
        site.run_well("openstack", *words, "--enable", env=cloud.env)
    assert ended.status != 0, ended.said
    assert "so no server comes there" in sentences(ended)
    wait.until("Placement has the host again", 90, lambda: cloud.playbook(*CHECK).status == 0)


def test_a_unit_that_is_started_over_and_over_is_not_active(cloud: Site) -> None:
    unit = "neutron-metadata-agent"
    path = DROPIN.format(unit=unit)
    dropin = '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "sleep 4; echo no such address; exit 1"\\n'
    damage = Damage(
        "control",
        "loop",
        f"printf '{dropin}' >{path} && systemctl daemon-reload && systemctl restart {unit}",
        f"rm {path} && systemctl daemon-reload && systemctl restart {unit}",
        f"{unit}.service",
    )
    found = ("systemd has started it again", "ended again after its start", "it has been up for only")  # as it is met
    with broken(cloud, damage):
        ended = cloud.playbook()
    assert ended.status != 0, ended.said
    assert damage.sentence in sentences(ended)
    assert any(one in sentences(ended) for one in found), ended.said
    assert "no such address" in sentences(ended)
    host = cloud.hosts("control")[0]
    wait.until("the agent is back", 60, lambda: cloud.ssh(host, "test -S /var/lib/neutron/metadata_proxy").status == 0)


def test_a_keystone_that_hangs_ends_a_check_soon_and_makes_nothing_vanish(cloud: Site) -> None:
    with broken(cloud, Damage("control", "", "systemctl kill -s STOP keystone", "systemctl kill -s CONT keystone", "")):
        started = time.monotonic()
        ended = cloud.playbook(*CHECK)
        seconds = time.monotonic() - started
    assert seconds < BOUND_SECONDS
    assert steps(cloud) == {("restart", "unit", "keystone.service")}, ended.said


def steps(cloud: Site) -> set[tuple[str, str, str]]:
    """The steps of the last run, on all hosts."""
    noted = cloud.noted()
    return {step for host in cloud.record.topology.hosts for step in site.steps(noted, host)}


DEAD = 'UPDATE nova_api.cell_mappings SET transport_url = "rabbit://x:y@192.0.2.1:5672/dead" WHERE name = "cell1"'
HEALED = {
    ("update", "identity_user", "glance"): "openstack user set --password another glance",
    ("update", "endpoint", "nova public"): "openstack endpoint set --disable $(openstack endpoint list --service nova"
    " --interface public -f value -c ID)",
    ("grant", "vhost", "neutron to neutron"): "rabbitmqctl set_permissions -p neutron neutron '^$' '^$' '^$'",
    ("update", "cell", "cell1"): f"{MYSQL} '{DEAD}'",
    ("restart", "unit", "nova-conductor.service"): "systemctl kill -s STOP nova-conductor",
    ("start", "unit", "neutron-dhcp-agent.service"): "systemctl stop neutron-dhcp-agent",
}


def test_what_a_run_can_heal_is_foretold_and_healed(cloud: Site) -> None:
    for command in HEALED.values():
        if command.startswith("openstack"):
            site.run_well("sh", "-c", command, env=cloud.env)
        else:
            cloud.ask(cloud.hosts("control")[0], command)
    foretold = cloud.playbook(*CHECK)
    assert foretold.status == 0, foretold.said
    assert steps(cloud) == set(HEALED), foretold.said
    for reason in ("its password is not the declared one", "it is disabled", "is stopped and answers nobody"):
        assert reason in foretold.said
    done = cloud.playbook()
    assert done.status == 0, done.said
    assert steps(cloud) >= set(HEALED)
    assert_clean(cloud)
