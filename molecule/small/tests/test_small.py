"""What only several hosts can show: a shared cell, guests that move, and a host that comes back by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from e2e import echo, guest, site, wait

if TYPE_CHECKING:
    from e2e.site import Site
    from e2e.stack import Stack

pytestmark = pytest.mark.e2e

MIGRATION_SECONDS = 180
COMEBACK_SECONDS = 300
LONGEST_SILENCE = 15.0
CELL_HOSTS = "su -s /bin/sh nova -c 'nova-manage cell_v2 list_hosts'"
DATABASE_URLS = "grep -rlsF 'mysql+pymysql' /etc /var/lib/nova /var/lib/neutron /var/lib/novaform || true"
MANY_BYTES = "dd if=/dev/zero bs=64k count=16 2>/dev/null | tr '\\0' x"
KNOWN_HOSTS = "cat /var/lib/nova/.ssh/known_hosts"
PAGE = "wget -qO- http://{address}/"


@pytest.fixture(scope="module", autouse=True)
def applied(shop: Stack) -> None:
    shop.apply()


def host_of(cloud: Site, name: str) -> str:
    return str(cloud.openstack("server", "show", name)["OS-EXT-SRV-ATTR:host"])


def floating(shop: Stack, name: str) -> str:
    (address,) = shop.status()[name]["floating"]
    return str(address)


def fixed(cloud: Site, name: str) -> str:
    addresses: list[str] = cloud.openstack("server", "show", name)["addresses"]["private"]
    return next(one for one in addresses if one.startswith("192.168."))


def move(cloud: Site, name: str, target: str) -> None:
    """Move a running server, and wait until it is there and nothing more is going on."""
    words = ("server", "migrate", "--live-migration", "--host", target, "--os-compute-api-version", "2.30", name)
    site.run_well("openstack", *words, env=cloud.env)

    def look() -> bool:
        seen = cloud.openstack("server", "show", name)
        assert seen["status"] in {"ACTIVE", "MIGRATING"}, seen["status"]
        there = (seen["OS-EXT-SRV-ATTR:host"], seen["status"], seen["OS-EXT-STS:task_state"])
        return there == (target, "ACTIVE", None)

    wait.until(f"{name} on {target}", MIGRATION_SECONDS, look)


def test_every_compute_host_is_in_the_cell_by_its_name(cloud: Site) -> None:
    (control,) = cloud.hosts("control")
    rows = [line.split("|") for line in cloud.ask(control, CELL_HOSTS).splitlines() if line.startswith("|")]
    assert [(row[1].strip(), row[3].strip()) for row in rows[1:]] == [
        ("cell1", name) for name in sorted(cloud.hosts("compute"))
    ]


def test_compute_hosts_have_no_way_into_a_database(cloud: Site) -> None:
    for name in cloud.hosts("compute"):
        assert not cloud.ask(name, DATABASE_URLS), name


def test_a_server_answers_while_it_moves(cloud: Site, shop: Stack) -> None:
    """To the other host and back, so that both ways are gone, and each host has had a guest."""
    address, visited = floating(shop, "web-1"), [host_of(cloud, "web-1")]
    guest.page(address)
    with echo.Listening(address) as heard:
        for _ in range(2):
            target = next(name for name in cloud.hosts("compute") if name != visited[-1])
            move(cloud, "web-1", target)
            visited.append(target)
        time.sleep(2)
    assert set(visited) == set(cloud.hosts("compute"))
    assert heard.longest_silence < LONGEST_SILENCE, f"{address} was silent for {heard.longest_silence:.1f} s"
    assert (shop.status()["web-1"]["state"], shop.status()["web-1"]["libvirt"]) == ("active", "running")


def test_guests_of_different_hosts_reach_each_other(cloud: Site, shop: Stack) -> None:
    here, there = host_of(cloud, "web-1"), host_of(cloud, "web-2")
    if here == there:
        move(cloud, "web-1", next(name for name in cloud.hosts("compute") if name != there))
    # Asked from the one that has not moved: the console of the other, with its host key, stayed behind.
    answer = guest.log_in(cloud, "web-2", floating(shop, "web-2"), PAGE.format(address=fixed(cloud, "web-1")))
    assert "<h1>web-1</h1>" in answer


def test_full_packets_pass_between_hosts(cloud: Site, shop: Stack) -> None:
    assert guest.log_in(cloud, "web-2", floating(shop, "web-2"), MANY_BYTES).count("x") == 1 << 20


def test_a_compute_host_that_reboots_alone_brings_its_servers_back(cloud: Site, shop: Stack) -> None:
    name = host_of(cloud, "web-1")
    site.run_well("novaform", "lab", "reboot", cloud.name, name, env=cloud.env)

    def look() -> bool:
        return all((one["state"], one["libvirt"]) == ("active", "running") for one in shop.status().values())

    wait.until(f"servers of {name} running", COMEBACK_SECONDS, look)
    page = wait.until("page of web-1", COMEBACK_SECONDS, lambda: guest.try_page(floating(shop, "web-1")))
    assert "<h1>web-1</h1>" in page


def test_a_compute_host_that_is_off_stops_only_itself(cloud: Site) -> None:
    cloud.ssh("compute2", "poweroff")
    wait.until("compute2 off", COMEBACK_SECONDS, lambda: cloud.ssh("compute2", "true").status == 255)
    known = cloud.ask("compute1", KNOWN_HOSTS)
    cloud.ask("compute1", "rm /etc/default/libvirt-guests")
    without = cloud.playbook()
    site.run_well(str(site.PROGRAMS / "novaform"), "lab", "up", "--topology", "small", "--name", cloud.name)
    assert without.status != 0
    assert "compute2: not finished (see above), the others are" in without.out
    assert "this run goes on without it" in without.out
    done = set(site.steps(cloud.noted(), "compute1"))
    assert ("write", "file", "/etc/default/libvirt-guests") in done
    assert cloud.ask("compute1", KNOWN_HOSTS) == known
    again = cloud.playbook()
    assert again.status == 0, again.said
