"""A site as it was deployed: who reaches its ports, and `novaform site verify`.

Only who is declared reaches a port of the site, and what needs no listener outside of its host has none. A server boots
on every compute host and answers, and nothing of the trial stays.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e import matrix, site

if TYPE_CHECKING:
    from e2e.site import Site

pytestmark = pytest.mark.e2e
NAME = "novaform-verify"
ERLANG = "ss -Hltn '( sport = :4369 or sport = :25672 )'"
LOOPBACK = ("127.0.0.1:", "[::1]:")


def test_every_host_and_an_outsider_reach_what_is_declared_and_no_more(cloud: Site) -> None:
    with matrix.listening(cloud) as ports:
        for source in (*cloud.record.topology.hosts, matrix.OUTSIDER):
            assert matrix.reached(cloud, source, ports) == matrix.declared(cloud, source, ports), source


def test_the_parts_of_the_broker_listen_on_loopback_and_its_command_works(cloud: Site) -> None:
    (control,) = cloud.hosts("control")
    places = [line.split()[3] for line in cloud.ask(control, ERLANG).splitlines()]
    assert {place.rpartition(":")[2] for place in places} == {"4369", "25672"}
    assert not [place for place in places if not place.startswith(LOOPBACK)]
    assert cloud.ask(control, "rabbitmqctl --silent list_vhosts").split()


def left(cloud: Site) -> dict[str, list[str]]:
    """Return the names of what a trial makes and must delete."""
    lists = {
        "servers": ("server", "list", "--all-projects"),
        "networks": ("network", "list"),
        "groups": ("security", "group", "list"),
        "flavors": ("flavor", "list", "--all"),
    }
    found = {kind: [one["Name"] for one in cloud.openstack(*words)] for kind, words in lists.items()}
    return {kind: [name for name in names if name.startswith(NAME)] for kind, names in found.items()}


def test_the_first_deployment_has_tried_every_compute_host(cloud: Site) -> None:
    told = json.loads(cloud.ask(cloud.hosts("control")[0], "cat /var/lib/novaform/verified.json"))
    assert sorted(told["hosts"]) == sorted(cloud.hosts("compute"))


def test_every_compute_host_is_tried_again_on_demand(cloud: Site) -> None:
    site.run_well(
        "openstack", "network", "create", NAME, "--project", NAME, env=cloud.env
    )  # of a trial that was killed
    others = cloud.openstack("server", "list", "--all-projects")
    ended = cloud.novaform("site", "verify", str(cloud.inventory), "--json")
    assert ended.status == 0, ended.said
    rows = json.loads(ended.out)["hosts"]
    assert sorted(rows) == sorted(cloud.hosts("compute"))
    for row in rows.values():
        assert row["ok"]
        assert all(row[name] is not None for name in ("boot", "console", "ping"))
    assert left(cloud) == {"servers": [], "networks": [], "groups": [], "flavors": []}
    assert cloud.openstack("server", "list", "--all-projects") == others


def test_a_disabled_host_is_said_as_such(cloud: Site) -> None:
    host = cloud.hosts("compute")[0]
    words = ("compute", "service", "set", host, "nova-compute")
    site.run_well("openstack", *words, "--disable", "--disable-reason", "new disks", env=cloud.env)
    try:
        ended = cloud.novaform("site", "verify", str(cloud.inventory), "--json")
    finally:
        site.run_well("openstack", *words, "--enable", env=cloud.env)
    assert ended.status == 1
    assert "it is disabled in Nova (new disks)" in json.loads(ended.out)["hosts"][host]["said"]
