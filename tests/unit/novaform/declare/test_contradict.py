"""Two declared values that cannot both be: one line with both places, and no line where they can."""

# ruff: noqa: E501 - one line of a table, one contradiction

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from novaform import core, declare

if TYPE_CHECKING:
    from pathlib import Path

SERVER = "image: i, flavor: f"
EDGE = "routers: {r: {external: public}}\n"
NET = "networks: {n: {cidr: 192.168.50.0/24"


def said(folder: Path, text: str) -> list[str]:
    (folder / "d.yml").write_text(f"stack: a\n{text}\n")
    try:
        declare.load(folder / "d.yml")
    except core.errors.DeclareError as error:
        return str(error).replace(f"{folder}/", "").splitlines()
    return []


def size(flavor: str, image: str) -> str:
    return (
        f"flavors: {{f: {{vcpus: 1, {flavor}}}}}\nimages: {{i: {{builtin: tiny, {image}}}}}\n"
        f"instances: {{w: {{{SERVER}, count: 3}}, v: {{{SERVER}}}}}"
    )


def addressed(address: str, more: str = "") -> str:
    return f"{NET}{more}}}}}\ninstances: {{w: {{{SERVER}, networks: [{{network: n, fixed_ip: {address}}}]}}}}"


def floating(router: str, more: str, wanted: str = "true") -> str:
    return f"{NET}{router}}}{more}}}\n{EDGE}instances: {{w: {{{SERVER}, networks: [n], floating_ip: {wanted}}}}}"


def many(letter: str) -> str:
    return ", ".join(f"{letter}{number}: x" for number in range(70))


TWO = "networks: {a: {cidr: 10.0.0.0/8, router: r}, b: {cidr: 10.1.0.0/16, router: %s}}\n" + EDGE
WRONG = {
    "memory": (size("ram: 256MiB, disk: 4GiB", "min_ram: 512MiB"), "2:25: 256MiB is too small: image 'i' needs 512MiB (d.yml:3:29)"),
    "disk": (size("ram: 256MiB, disk: 1GiB", "min_disk: 2GiB"), "2:38: 1GiB is too small: image 'i' needs 2GiB (d.yml:3:29)"),
    "a volume's image": (
        "images: {i: {builtin: tiny, min_disk: 9GiB}}\nvolumes: {v: {size: 5GiB, image: i}}",
        "3:15: 5GiB is too small: image 'i' needs 9GiB (d.yml:2:29)"),
    "groups": (
        f"{NET}, port_security: false}}}}\ninstances: {{w: {{{SERVER}, networks: [n], security_groups: [g]}}}}",
        "3:53: security groups hold nothing there: network 'n' has port_security: false (d.yml:2:39)"),
    "an interface's groups": (
        f"{NET}, port_security: false}}}}\ninstances: {{w: {{{SERVER}, networks: [{{network: n, security_groups: [g]}}]}}}}",
        "3:38: security groups hold nothing there"),
    "groups of the defaults": (
        f"{NET}, port_security: false}}}}\ndefaults: {{security_groups: [g]}}\ninstances: {{w: {{{SERVER}, networks: [n]}}}}",
        "3:12: security groups hold nothing there"),
    "no room for DHCP": ("networks: {n: {cidr: 10.0.0.0/31}}", "2:16: 10.0.0.0/31 has no room for DHCP: take a larger network"),
    "nor in a single address": ("networks: {n: {cidr: 'fd00::5/128'}}", "2:16: fd00::5/128 has no room for DHCP"),
    "every address there is": ("networks: {n: {cidr: 0.0.0.0/0, dhcp: false}}", "2:16: 0.0.0.0/0 is every address there is"),
    "addresses of groups": ("networks: {n: {cidr: 'ff02::/64'}}", "2:16: the addresses of ff02::/64 are of groups (multicast)"),
    "addresses of a host itself": ("networks: {n: {cidr: 127.8.0.0/16}}", "2:16: the addresses of 127.8.0.0/16 are of a host itself"),
    "addresses of no host": ("networks: {n: {cidr: 0.0.0.0/8}}", "2:16: the addresses of 0.0.0.0/8 are of no host"),
    "a zone of a gateway": ("networks: {n: {cidr: 'fd00::/64', gateway: 'fd00::1%eth0'}}", "'fd00::1%eth0' has a zone"),
    "a zone of a name server": ("networks: {n: {cidr: 'fd00::/64', dns: ['fe80::1%lo']}}", "'fe80::1%lo' has a zone"),
    "a zone of a network": ("networks: {n: {cidr: 'fe80::%1/64'}}", "'fe80::%1/64' has a zone"),
    "the gateway in the pool": (
        f"{NET}, gateway: 192.168.50.9, pool: [192.168.50.5, 192.168.50.20]}}}}",
        "2:62: the pool holds the gateway 192.168.50.9 (d.yml:2:39)"),
    "the usual gateway in the pool": (
        f"{NET}, pool: [192.168.50.1, 192.168.50.20]}}}}", "2:39: the pool holds the gateway 192.168.50.1, the first address"),
    "the usual gateway of IPv6": (
        "networks: {n: {cidr: 2001:db8::/64, pool: [2001:db8::1, 2001:db8::9]}}", "the pool holds the gateway 2001:db8::1"),
    "the broadcast address in the pool": (
        f"{NET}, pool: [192.168.50.9, 192.168.50.255]}}}}", "2:39: the pool holds 192.168.50.255, the broadcast address"),
    "a gateway that is none": (f"{NET}, gateway: 192.168.50.255}}}}", "2:39: gateway 192.168.50.255 is the broadcast address"),
    "the network's address": (addressed("192.168.50.0"), "fixed_ip 192.168.50.0 is the address of the network itself"),
    "the broadcast address": (addressed("192.168.50.255"), "fixed_ip 192.168.50.255 is the broadcast address"),
    "the usual gateway": (addressed("192.168.50.1"), "fixed_ip 192.168.50.1 is the gateway of its network (d.yml:2:12)"),
    "the gateway": (addressed("192.168.50.7", ", gateway: 192.168.50.7"), "fixed_ip 192.168.50.7 is the gateway of its network (d.yml:2:39)"),
    "overlap": (TWO % "r", "2:50: 10.1.0.0/16 overlaps with 10.0.0.0/8 of network 'a' (d.yml:2:16), which is on router 'r', too"),
    "overlap on a router of the cloud": ((TWO % "r").replace(EDGE, ""), "10.1.0.0/16 overlaps with 10.0.0.0/8"),
    "overlap with the outside": (
        "networks: {a: {cidr: 10.0.0.0/8, router: r}, public: {cidr: 10.9.0.0/16, external: true}}\n" + EDGE,
        "10.9.0.0/16 overlaps with 10.0.0.0/8"),
    "no router": (floating("", ""), "no floating address leads to network 'n' (d.yml:2:12): it has no router"),
    "a router without an outside": (
        floating(", router: r", "").replace("external: public", ""), "its router 'r' (d.yml:3:11) has no external network"),
    "an outside that is none": (
        floating(", router: r", ", public: {cidr: 10.0.0.0/8}"), "3:15: network 'public' (d.yml:2:51) is not external"),
    "an address from inside": (
        floating(", router: r", ", m: {cidr: 10.0.0.0/8}", "m"), "network 'm' (d.yml:2:51) is not external: no floating"),
    "another outside": (
        floating(", router: r", ", public: {cidr: 10.0.0.0/8, external: true}, m: {cidr: 11.0.0.0/8, external: true}", "m"),
        "no address of network 'm' leads to network 'n': its router 'r' is on 'public' (d.yml:3:15)"),
    "more than the pool": (
        f"{NET}, pool: [192.168.50.9, 192.168.50.10]}}}}\ninstances: {{w: {{{SERVER}, count: 3, networks: [n]}}}}",
        "2:39: network 'n' has 2 addresses to hand out, for 3 interfaces"),
    "a volume twice": (
        f"volumes: {{d: {{size: 1GiB}}}}\ninstances: {{w: {{{SERVER}, volumes: [d, d]}}}}", "3:38: a volume is given twice"),
    "spread on one host": (
        f"instances: {{w: {{{SERVER}, count: 2, spread: host, host: h}}}}", "2:48: spread wants other hosts, and all are to be on h"),
    "one server adopted twice": (
        "instances: {v: {adopt: {name: x, unique: true}}, w: {adopt: {name: x, unique: true}}}",
        "2:54: the instance at d.yml:2:13 adopts this server already"),
    "metadata of both": (
        f"defaults: {{metadata: {{{many('a')}}}}}\ninstances: {{w: {{{SERVER}, metadata: {{{many('b')}}}}}}}",
        "makes 140 metadata, and at most 120 are possible"),
    "a name server of another kind": (f"{NET}, dns: ['2001:db8::1']}}}}", "2001:db8::1 is not a name server for 192.168.50.0/24"),
    "packets too small": ("networks: {n: {cidr: 2001:db8::/64, mtu: 1000}}", "needs an mtu of 1280"),
    "a VLAN's id": (f"{NET}, provider: {{type: vlan, physical_network: p, segment: 5000}}}}}}", "a VLAN has an id from 1 to 4094"),
    "a tunnel on a wire": (f"{NET}, provider: {{type: vxlan, physical_network: p}}}}}}", "a vxlan network has no physical_network"),
    "a flat network nowhere": (f"{NET}, provider: {{type: flat}}}}}}", "a flat network needs a physical_network"),
}  # fmt: skip
RIGHT = {
    "sizes that are equal": size("ram: 512MiB, disk: 2GiB", "min_ram: 512MiB, min_disk: 2GiB"),
    "a disk of the image's size": size("ram: 512MiB, disk: 0GiB", "min_disk: 2GiB"),
    "no groups": f"{NET}, port_security: false}}}}\ninstances: {{w: {{{SERVER}, networks: [n]}}}}",
    "a network of two addresses": "networks: {n: {cidr: 10.0.0.0/31, gateway: 10.0.0.0, dhcp: false}}\n"
    f"instances: {{w: {{{SERVER}, networks: [{{network: n, fixed_ip: 10.0.0.1}}]}}}}",
    "the last address of IPv6": "networks: {n: {cidr: 2001:db8::/64}}\n"
    f"instances: {{w: {{{SERVER}, networks: [{{network: n, fixed_ip: '2001:db8::ffff:ffff:ffff:ffff'}}]}}}}",
    "overlap on two routers": TWO % "other",
    "a way outside": floating(", router: r", ", public: {cidr: 10.0.0.0/8, external: true}", "public"),
    "a router of the cloud": floating(", router: other", ""),
    "absent": f"{NET}}}}}\ninstances: {{w: {{{SERVER}, state: absent, networks: [n], floating_ip: true}}}}",
    "as many as the pool": f"{NET}, pool: [192.168.50.9, 192.168.50.10]}}}}\n"
    f"instances: {{w: {{{SERVER}, count: 2, networks: [n]}}}}",
}


@pytest.mark.parametrize("name", WRONG)
def test_it_is_one_line_with_both_places(tmp_path: Path, name: str) -> None:
    text, wanted = WRONG[name]
    found = said(tmp_path, text)
    assert len(found) == 1, found
    assert wanted in found[0]


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_be_is_taken(tmp_path: Path, name: str) -> None:
    assert said(tmp_path, RIGHT[name]) == []
