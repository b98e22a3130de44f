"""After a reboot of all hosts everything comes back without a hand: services, agents, and servers that ran."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e import guest, matrix, site, wait

if TYPE_CHECKING:
    from e2e.site import Site
    from e2e.stack import Stack

SERVICE_SECONDS = 300
SERVER_SECONDS = 300


@pytest.fixture(scope="module", autouse=True)
def rebooted(cloud: Site) -> None:
    site.run_well("novaform", "lab", "reboot", cloud.name, env=cloud.env)


def down(cloud: Site, key: str, good: object, *words: str) -> list[str]:
    """Names of what is not up; the API itself while it does not answer."""
    ended = site.run("openstack", *words, "-f", "json", env=cloud.env)
    if ended.status:
        return ["the API"]
    return [one["Binary"] for one in json.loads(ended.out) if one[key] != good]


def wait_for(cloud: Site, key: str, good: object, *words: str) -> None:
    """Wait until all are up, and name those that are not when time is over."""
    missing = ["all"]

    def look() -> bool:
        missing[:] = down(cloud, key, good, *words)
        return not missing

    try:
        wait.until(f"{' '.join(words)}: {key} {good}", SERVICE_SECONDS, look)
    except AssertionError as late:
        raise AssertionError(f"{late}: {', '.join(missing)}") from None


def test_all_services_of_nova_come_up(cloud: Site) -> None:
    wait_for(cloud, "State", "up", "compute", "service", "list")


def test_all_network_agents_come_up(cloud: Site) -> None:
    wait_for(cloud, "Alive", True, "network", "agent", "list")  # noqa: FBT003 - the client's own value


def test_no_unit_failed_for_good(cloud: Site) -> None:
    for name in cloud.record.topology.hosts:
        assert not cloud.ask(name, "systemctl --failed --no-legend --plain")


def test_ports_are_closed_to_whom_they_were(cloud: Site) -> None:
    with matrix.listening(cloud) as ports:
        assert matrix.reached(cloud, matrix.OUTSIDER, ports) == matrix.declared(cloud, matrix.OUTSIDER, ports)


def test_servers_that_ran_run_again(shop: Stack) -> None:
    def look() -> bool:
        return all((one["state"], one["libvirt"]) == ("active", "running") for one in shop.status().values())

    wait.until("servers active and running", SERVER_SECONDS, look)


def test_their_pages_are_back(shop: Stack) -> None:
    for name in ("web-1", "web-2"):
        (address,) = shop.status()[name]["floating"]
        assert f"<h1>{name}</h1>" in wait.until(
            f"page of {name}", SERVER_SECONDS, lambda at=address: guest.try_page(at)
        )


def test_the_playbook_finds_nothing_to_do(cloud: Site) -> None:
    ended = cloud.playbook()
    assert ended.status == 0, ended.said
    assert [one for one in cloud.noted()["results"] if one["steps"]] == []
