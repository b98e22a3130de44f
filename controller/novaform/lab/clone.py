"""A clone is the base image plus the few files that make it one host, written to its layer before it boots."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING

from novaform.lab import archive, command, machine, subnet

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab.home import HostHome, LabHome
    from novaform.lab.record import LabRecord

_PRIVATE = 0o600
_PUBLIC = 0o644


def ensure(record: LabRecord, lab: LabHome, host: str, image: Path) -> None:
    """Write a host's own files unless they were written; call it while the host does not run."""
    place = lab.host(host)
    if place.made.exists():
        return
    shutil.rmtree(place.path, ignore_errors=True)
    place.upper.mkdir(parents=True)
    place.upper.chmod(0o755)
    _make_key(place.host_key, f"{record.name} {host}")
    files = {**render_files(record, host, machine.observe_nameservers()), **_key_files(lab, place)}
    for name, (content, mode) in files.items():
        _write(place.upper, image, name, content, mode)
    place.made.touch()


def ensure_lab_key(lab: LabHome) -> None:
    """Make the SSH key that opens the lab's hosts unless it is there whole."""
    if not lab.key.with_suffix(".pub").exists():
        _make_key(lab.key, f"novaform lab {lab.name}")


def render_known_hosts(record: LabRecord, lab: LabHome) -> str:
    """Write the pinned host keys."""
    lines = []
    for host in record.topology.hosts:
        kind, key = lab.host(host).host_key.with_suffix(".pub").read_text(encoding="ascii").split()[:2]
        lines.append(f"{record.address(host)},{host} {kind} {key}\n")
    return "".join(lines)


def render_files(record: LabRecord, host: str, nameservers: list[str]) -> dict[str, tuple[str, int]]:
    """Write a host's own files: path -> (content, mode)."""
    names = "".join(f"{record.address(name)} {name}\n" for name in record.topology.hosts)
    network = f"""[Match]
Name=host0

[Network]
Address={record.address(host)}/{record.subnet.prefixlen}
Gateway={subnet.gateway(record.subnet)}
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
    outside = """[Match]
Name=ext0

[Link]
RequiredForOnline=no

[Network]
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
    # A switch in user space sends tunnels only by a bridge that has their address.
    bridge = outside.replace("ext0", "br-ex").replace(
        "[Network]\n", f"[Network]\nAddress={record.outside_address(host)}/{record.provider_subnet.prefixlen}\n"
    )
    return {
        **({"etc/systemd/network/10-br-ex.network": (bridge, _PUBLIC)} if record.has_tunnels else {}),
        "etc/hostname": (f"{host}\n", _PUBLIC),
        "etc/hosts": (f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{names}", _PUBLIC),
        "etc/machine-id": (f"{uuid.uuid4().hex}\n", _PUBLIC),
        "etc/resolv.conf": ("".join(f"nameserver {name}\n" for name in nameservers), _PUBLIC),
        "etc/systemd/network/10-host0.network": (network, _PUBLIC),
        "etc/systemd/network/10-ext0.network": (outside, _PUBLIC),
        "etc/apt/apt.conf.d/90novaform-lab": (archive.render_settings(record, host), _PUBLIC),
    }


def _key_files(lab: LabHome, place: HostHome) -> dict[str, tuple[str, int]]:
    public = place.host_key.with_suffix(".pub").read_text(encoding="ascii")
    return {
        "etc/ssh/ssh_host_ed25519_key": (place.host_key.read_text(encoding="ascii"), _PRIVATE),
        "etc/ssh/ssh_host_ed25519_key.pub": (public, _PUBLIC),
        "root/.ssh/authorized_keys": (lab.key.with_suffix(".pub").read_text(encoding="ascii"), _PRIVATE),
    }


def _make_key(path: Path, comment: str) -> None:
    path.unlink(missing_ok=True)  # ssh-keygen asks before it overwrites what a crash left
    command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path))


def _write(upper: Path, image: Path, name: str, content: str, mode: int) -> None:
    _make_parents(upper, image, (upper / name).parent)
    target = upper / name
    target.touch(mode=_PRIVATE)
    target.write_text(content, encoding="utf-8")
    target.chmod(mode)


def _make_parents(upper: Path, image: Path, directory: Path) -> None:
    # A directory in the upper layer shows its own mode, not that of the one below: take it over.
    if directory.exists():
        return
    _make_parents(upper, image, directory.parent)
    below = image / directory.relative_to(upper)
    directory.mkdir()
    directory.chmod(below.stat().st_mode & 0o7777 if below.is_dir() else 0o700)
