"""Only who is declared reaches a port of the site, and what needs no listener outside of its host has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e import matrix

if TYPE_CHECKING:
    from e2e.site import Site

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
