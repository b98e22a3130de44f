"""What cloud.yml and hosts.yml may not say, told all at once with the place and the way out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._core import errors
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import site

NAME = "must be a name of letters, digits, dots, dashes and underscores"
EXTERNAL = {"cidr": "203.0.113.0/24", "gateway": "203.0.113.1", "pool": ["203.0.113.100", "203.0.113.199"]}


def host(name: str, *roles: str, **more: Any) -> site.Host:
    return site.Host(name, "192.0.2.1", frozenset(roles), **more)


def of(*hosts: site.Host, **settings: Any) -> site.Site:
    return site.Site(site.Settings(**settings), hosts)


def said_of(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(errors.DeclareError) as caught:
        site.to_cloud(raw, lambda value: f"cloud.yml:{value}")
    assert caught.value.details["errors"] == str(caught.value).split("\n")
    return str(caught.value).split("\n")


def refused(wanted: site.Site) -> str:
    with pytest.raises(errors.DeclareError) as caught:
        site.check_site(wanted)
    return str(caught.value)


def test_nothing_declared_is_a_whole_cloud() -> None:
    assert site.to_cloud({}) == site.Settings()
    assert (site.Settings().cpu_ratio, site.Settings().ram_ratio) == (16.0, 1.5)
    assert (site.Settings().reserved_memory_mb, site.Settings().reserved_disk_gb) == (512, 0)


def test_grouped_settings_reach_the_cloud() -> None:
    external = {"interface": "eth1", "cidr": "203.0.113.0/24", "pool": ["203.0.113.100", "203.0.113.199"]}
    cloud = site.to_cloud({"external": external, "overcommit": {"cpu": 4}, "reserved": {"memory_mb": 2048}})
    assert (cloud.external_interface, cloud.external_pool) == ("eth1", ("203.0.113.100", "203.0.113.199"))
    assert (cloud.cpu_ratio, cloud.reserved_memory_mb) == (4, 2048)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"regoin": "x"}, "cloud.yml:regoin: unknown key 'regoin' in cloud; did you mean 'region'?"),
        (
            {"overcommit": {"cpus": 4}},
            "cloud.yml:cpus: unknown key 'overcommit.cpus' in cloud; did you mean 'overcommit.cpu'?",
        ),
        ({"overcommit": {"cpu": "4"}}, "cloud.yml:cpu: cloud overcommit.cpu must be a number from 0.1 to 64"),
        ({"workers": True}, "cloud.yml:workers: cloud workers must be an integer from 1 to 128"),
        ({"workers": 0}, "cloud.yml:workers: cloud workers must be an integer from 1 to 128"),
        ({"region": " "}, f"cloud.yml:region: cloud region {NAME}"),
        ({"region": "a/b?c"}, f"cloud.yml:region: cloud region {NAME}"),
        ({"virt_type": "xen"}, "cloud.yml:virt_type: cloud virt_type must be one of auto, kvm, qemu"),
        ({"external": {"pool": ["one"]}}, "cloud.yml:pool: cloud external.pool must be [first address, last address]"),
    ],
)
def test_a_mistake_is_named_with_its_place(raw: dict[str, Any], expected: str) -> None:
    assert said_of(raw) == [expected]


def test_a_key_like_no_other_gets_the_list() -> None:
    (said,) = said_of({"xyzzy": 1})
    assert said.startswith("cloud.yml:xyzzy: unknown key 'xyzzy' in cloud; known: region, address, external.interface")


def test_every_mistake_is_named_at_once() -> None:
    assert len(said_of({"regoin": "x", "workers": -1, "reserved": {"disk": 1}})) == 3


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ((host("a", "compute"),), "group control has no host: put at least one into it in hosts.yml"),
        ((host("a", "control"),), "group compute has no host: put at least one into it in hosts.yml"),
        (
            (host("a", "control"), host("b", "control"), host("c", "compute")),
            "several control hosts (a, b) are not supported yet: keep one in group control",
        ),
        (
            (host("a", "control", "compute"), host("b", "compute")),
            "a: nova-conductor (group control) on a compute host is refused unless the site is one single host",
        ),
    ],
)
def test_a_site_that_cannot_be_is_refused(hosts: tuple[site.Host, ...], expected: str) -> None:
    assert refused(of(*hosts)).startswith(expected)


def test_one_single_host_may_be_everything() -> None:
    alone = of(host("a", *site.ROLES))
    assert site.check_site(alone) is alone


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ({"gateway": "300.1.1.1; drop"}, "gateway", "external.gateway must be an IPv4 address such as 192.0.2.10"),
        ({"gateway": "203.0.114.1"}, "gateway", "external.gateway must be inside external.cidr, 203.0.113.0/24"),
        ({"gateway": "203.0.113.0"}, "gateway", "external.gateway must be inside external.cidr, 203.0.113.0/24"),
        ({"gateway": "203.0.113.150"}, "pool", "external.pool must leave out external.gateway"),
        ({"gateway": 3405803777}, "gateway", "external.gateway must be an IPv4 address such as 192.0.2.10"),
        ({"pool": ["x", "y"]}, "pool", "external.pool must be [first address, last address]"),
        ({"pool": ["203.0.113.9", "203.0.113.5"]}, "pool", "external.pool must begin with the lower address"),
        (
            {"pool": ["203.0.113.9", "203.0.114.5"]},
            "pool",
            "external.pool must be inside external.cidr, 203.0.113.0/24",
        ),
        ({"cidr": "2001:db8::/64"}, "cidr", "external.cidr must be an IPv4 network: IPv6 is not supported yet"),
        (
            {"cidr": "127.0.0.0/8"},
            "cidr",
            "external.cidr must be a network of hosts: it is loopback, link-local or multicast",
        ),
        (
            {"cidr": "224.0.0.0/24"},
            "cidr",
            "external.cidr must be a network of hosts: it is loopback, link-local or multicast",
        ),
        (
            {"cidr": "169.254.0.0/16"},
            "cidr",
            "external.cidr must be a network of hosts: it is loopback, link-local or multicast",
        ),
        ({"cidr": "203.0.113.9/24"}, "cidr", "external.cidr must begin with the network's own 203.0.113.0/24"),
        ({"cidr": 5}, "cidr", "external.cidr must be a network such as 203.0.113.0/24"),
        (
            {"interface": "eth1; reboot"},
            "interface",
            "external.interface must be the name of an interface, such as eth1",
        ),
    ],
)
def test_the_network_outside_hangs_together(change: dict[str, Any], key: str, expected: str) -> None:
    assert f"cloud.yml:{key}: cloud {expected}" in said_of({"external": {**EXTERNAL, **change}})


def test_a_gateway_needs_a_network() -> None:
    assert said_of({"external": {"gateway": "203.0.113.1"}}) == [
        "cloud.yml:gateway: cloud external.gateway needs a right external.cidr"
    ]


@pytest.mark.parametrize("raw", [{"workers": 1.5}, {"reserved": {"disk_gb": 0.5}}, {"reserved": {"memory_mb": True}}])
def test_what_nova_takes_for_an_integer_is_one(raw: dict[str, Any]) -> None:
    assert "must be an integer" in said_of(raw)[0]


def test_a_group_of_settings_is_a_mapping() -> None:
    assert said_of({"external": "eth1"}) == ["cloud.yml:external: cloud external must be a mapping"]


def test_a_file_of_mistakes_has_an_end() -> None:
    said = said_of({f"x{number}": 1 for number in range(5000)})
    assert len(said) == site.MOST + 1
    assert said[-1] == f"and {5000 - site.MOST} more"


def test_all_that_is_wrong_with_a_site_comes_together() -> None:
    assert len(refused(of(host("a", "control"), host("b", "control"))).split("\n")) == 2


@pytest.mark.parametrize(("cores", "workers", "expected"), [(1, 0, 2), (4, 0, 4), (64, 0, 8), (64, 12, 12), (64, 1, 1)])
def test_workers_follow_the_cores_unless_declared(cores: int, workers: int, expected: int) -> None:
    one = host("a", *site.ROLES, cores=cores)
    assert site.workers(of(one, workers=workers), one) == expected
