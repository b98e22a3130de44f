"""Declared instances become real: on the API, on the host, on the network, and on the screen."""

from __future__ import annotations

import ipaddress
import re
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from e2e import guest, rfb, wait

if TYPE_CHECKING:
    from e2e.site import Site
    from e2e.stack import Stack

NAMES = ["db", "web-1", "web-2"]
WEB = ["web-1", "web-2"]
INSIDE = ipaddress.IPv4Network("192.168.50.0/24")
SAID = {
    "an address by DHCP": r"tiny: dhcp address=192\.168\.50\.\d+/24",
    "metadata with its own name": r"tiny: metadata instance=\S+ hostname={name}(\.\S+)? source=http://169\.254\.169\.254/",
    "the declared key": r"tiny: ssh-key installed fingerprint={key} ",
}


@pytest.fixture(scope="module", autouse=True)
def applied(shop: Stack) -> None:
    """On a fresh lab all three are to be made; on one that was used before, nothing is."""
    status, steps = shop.plan()
    assert (status, steps) == (0, set()) or {("create", "server", name) for name in NAMES} <= steps
    shop.apply()


def test_every_server_is_active_on_the_api_and_runs_in_libvirt(shop: Stack) -> None:
    found = {name: (one["state"], one["libvirt"], one["notes"]) for name, one in shop.status().items()}
    assert found == {name: ("active", "running", []) for name in NAMES}


def test_the_openstack_client_sees_the_same(cloud: Site) -> None:
    found = cloud.openstack("server", "list")
    assert {one["Name"]: one["Status"] for one in found} == dict.fromkeys(NAMES, "ACTIVE")
    assert all(any(address in INSIDE for address in private(one)) for one in found), found


def private(server: dict[str, Any]) -> list[ipaddress.IPv4Address]:
    """Return the addresses that Nova itself knows of a server."""
    return [ipaddress.IPv4Address(address) for address in server["Networks"].get("private", ())]


@pytest.mark.parametrize("name", NAMES)
def test_the_console_shows_what_the_cloud_gave_it(cloud: Site, name: str) -> None:
    told = guest.wait_for_console(cloud, name, "tiny: ready")
    key = re.escape(guest.fingerprint(cloud.place.key.with_suffix(".pub")))
    missing = [what for what, pattern in SAID.items() if not guest.shows(told, pattern.format(name=name, key=key))]
    assert not missing, f"no {missing} on the console of {name}:\n{told}"
    assert guest.shows(told, "tiny: user-data exit=0" if name in WEB else "tiny: user-data none"), told


@pytest.mark.parametrize("name", WEB)
def test_the_declared_key_opens_it_through_its_floating_address(cloud: Site, shop: Stack, name: str) -> None:
    (address,) = shop.status()[name]["floating"]
    assert ipaddress.ip_address(address) in cloud.record.provider_subnet
    assert guest.log_in(cloud, name, address, "hostname").strip() == name


@pytest.mark.parametrize("name", WEB)
def test_its_user_data_serves_a_page(shop: Stack, name: str) -> None:
    (address,) = shop.status()[name]["floating"]
    assert f"<h1>{name}</h1>" in guest.page(address)


def test_its_console_is_a_web_page_and_a_vnc_server_behind_it(shop: Stack) -> None:
    _, answer = shop.run("status", "--consoles")
    for one in answer["instances"]:
        name = one["name"]
        with urllib.request.urlopen(one["console"], timeout=20) as answer:
            assert b"noVNC" in answer.read(), name
        assert rfb.greeting(one["console"]).startswith(b"RFB 003."), name


def test_a_server_without_floating_address_has_none(shop: Stack) -> None:
    assert shop.status()["db"]["floating"] == []


def test_an_interface_that_the_switch_takes_down_comes_up_again(cloud: Site, shop: Stack) -> None:
    """Open vSwitch in user space does that now and then; in the kernel it does not, and nothing is needed."""
    host = shop.status()["db"]["host"]
    if "netdev" not in cloud.ask(host, "ovs-vsctl get Bridge br-int datapath_type"):
        assert "novaform-taps" not in cloud.ask(host, "systemctl list-unit-files --no-legend")
        return
    taps = cloud.ask(host, "ip -o link show up").split()
    tap = next(word.rstrip(":") for word in taps if word.startswith("tap"))
    cloud.ask(host, f"ip link set dev {tap} down")
    wait.until(f"{tap} is up again", 10, lambda: tap in cloud.ask(host, "ip -o link show up"))
