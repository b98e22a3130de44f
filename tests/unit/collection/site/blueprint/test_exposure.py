"""What a host lets others reach, and what a service believes of what it reads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose, site
from fakes import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

ALONE = (site.Host("aio", "192.0.2.11", frozenset(site.ROLES)),)
SEVERAL = (
    site.Host("control", "192.0.2.11", frozenset({"control", "network"})),
    site.Host("compute1", "192.0.2.21", frozenset({"compute"})),
    site.Host("compute2", "192.0.2.22", frozenset({"compute"})),
)
SITES = pytest.mark.parametrize("hosts", [ALONE, SEVERAL], ids=["alone", "several"])
LOOPBACK = "127.0.0.1:11211"


def components(hosts: tuple[site.Host, ...]) -> Iterator[tuple[site.Host, dict[str, Any]]]:
    declared = site.Site(site.Settings(), hosts)
    for host in hosts:
        for component in parts.of_host(declared, host):
            yield host, component


def files(hosts: tuple[site.Host, ...], form: str) -> Iterator[dict[str, Any]]:
    for _, component in components(hosts):
        yield from (item for item in component.get("files", ()) if item["format"] == form)


@SITES
def test_no_cached_token_is_believed_that_another_service_or_host_could_have_written(
    hosts: tuple[site.Host, ...],
) -> None:
    read = {item["path"]: item["options"]["keystone_authtoken"] for item in files(hosts, "ini") if checks(item)}
    assert len(read) == 4
    assert {section["memcached_servers"] for section in read.values()} == {LOOPBACK}
    assert {section["memcache_security_strategy"] for section in read.values()} == {"ENCRYPT"}
    keys = [compose.secret_names(section["memcache_secret_key"]) for section in read.values()]
    assert sorted(keys) == [[f"token_cache_{name}"] for name in ("glance", "neutron", "nova", "placement")]


def checks(item: dict[str, Any]) -> bool:
    return "keystone_authtoken" in item["options"]


@SITES
def test_what_is_unpickled_comes_from_the_same_account(hosts: tuple[site.Host, ...]) -> None:
    """oslo.cache has no serialiser but pickle: what others can write there would be their code in keystone."""
    caches = [item["options"]["cache"] for item in files(hosts, "ini") if "cache" in item["options"]]
    (servers,) = (cache["memcache_servers"] for cache in caches)
    texts = {item["path"]: item["content"] for item in files(hosts, "text")}
    lines = texts["/etc/systemd/system/novaform-keystone-cache.service"].splitlines()
    assert {"User=keystone", "RuntimeDirectoryMode=0700", "RestrictAddressFamilies=AF_UNIX"} <= set(lines)
    (command,) = (line for line in lines if line.startswith("ExecStart="))
    assert f"-s {servers.removeprefix('unix:')} -a 0600" in command


@SITES
def test_the_token_cache_listens_on_loopback_alone(hosts: tuple[site.Host, ...]) -> None:
    (memcached,) = (item["content"] for item in files(hosts, "text") if item["path"] == "/etc/memcached.conf")
    assert [line for line in memcached.splitlines() if line.startswith(("-l", "-s"))] == ["-l 127.0.0.1"]
