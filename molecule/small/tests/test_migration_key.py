"""The key with which compute hosts reach each other moves guests, and opens nothing else to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e import site, wait

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.site import Site
    from e2e.stack import Stack

pytestmark = pytest.mark.e2e

HOME = "/var/lib/nova/.ssh"
MOVE_SECONDS = 240
AS_NOVA = "runuser -u nova -- ssh -o BatchMode=yes {options} nova@{address} {command}"


def pair(cloud: Site) -> tuple[str, str]:
    here, there, *_ = cloud.hosts("compute")
    return here, there


def test_a_host_reaches_its_peer_by_commands_without_a_terminal_or_a_way_on(cloud: Site) -> None:
    here, there = pair(cloud)
    tried = {
        "": ("id -un", "nova"),
        "-tt": ("tty", "PTY allocation request failed"),
        "-W 127.0.0.1:22": ("", "administratively prohibited"),
        "-o ExitOnForwardFailure=yes -R 2222:127.0.0.1:22": ("true", "remote port forwarding failed"),
    }
    for options, (command, said) in tried.items():
        ended = cloud.ssh(here, AS_NOVA.format(options=options, address=cloud.address(there), command=command))
        assert said in ended.said, options


def test_nobody_else_gets_in_with_the_key(cloud: Site, tmp_path: Path) -> None:
    """Neither the machine, nor the control host, nor the host itself."""
    here, there = pair(cloud)
    kept = {name: cloud.ask(here, f"cat {HOME}/{name}") for name in ("id_ed25519", "known_hosts")}
    for name, text in kept.items():
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(text)
    ended = site.run(*sign_in(str(tmp_path), cloud.address(there)))
    assert "Permission denied" in ended.said
    (control,) = cloud.hosts("control")
    for name, target in ((control, there), (here, here)):
        for file, text in kept.items():
            cloud.ask(name, f"umask 077; mkdir -p /root/key; cat >/root/key/{file}", text=text)
        said = cloud.ssh(name, " ".join(sign_in("/root/key", cloud.address(target)))).said
        cloud.ask(name, "rm -r /root/key")
        assert "Permission denied" in said, name


def sign_in(folder: str, address: str) -> list[str]:
    options = ["BatchMode=yes", "IdentitiesOnly=yes", f"UserKnownHostsFile={folder}/known_hosts"]
    given = [word for option in options for word in ("-o", option)]
    return ["ssh", "-F", "none", *given, "-i", f"{folder}/id_ed25519", f"nova@{address}", "id"]


def test_a_server_moves_cold(cloud: Site, shop: Stack) -> None:
    """Its disk is copied over SSH, as nova, from the one host to the other."""
    shop.apply()
    before = host_of(cloud, "web-1")
    site.run_well("openstack", "server", "migrate", "--wait", "web-1", env=cloud.env)
    confirm(cloud, "web-1")
    assert host_of(cloud, "web-1") != before
    assert shop.status()["web-1"]["libvirt"] == "running"


def host_of(cloud: Site, name: str) -> str:
    return str(cloud.openstack("server", "show", name)["OS-EXT-SRV-ATTR:host"])


def confirm(cloud: Site, name: str) -> None:
    def at(status: str) -> bool:
        seen = cloud.openstack("server", "show", name)
        assert seen["status"] != "ERROR", seen
        return (seen["status"], seen["OS-EXT-STS:task_state"]) == (status, None)

    wait.until(f"{name} moved", MOVE_SECONDS, lambda: at("VERIFY_RESIZE"))
    site.run_well("openstack", "server", "migrate", "confirm", name, env=cloud.env)
    wait.until(f"{name} confirmed", MOVE_SECONDS, lambda: at("ACTIVE"))
