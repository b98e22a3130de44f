"""The keeper of a host: a small shell script that boots it, and boots it again on a fresh network when it reboots.

It runs in a mount namespace of its own, so that the host's file system, its network and nspawn's notes vanish with
its last process, however that ends. What stays on the machine (control group, bridge, directory) the journal names.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from novaform.lab import archive, cgroup, machine

if TYPE_CHECKING:
    from pathlib import Path

    from novaform.lab.home import Home, LabHome
    from novaform.lab.record import LabRecord

_NAMESPACE = "/run/lab-network"
_TEMPLATE = """\
#!/bin/sh
# Keeps host {host} of lab {lab}.
set -u
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run || exit 70
mount -t overlay -o {overlay} overlay {root} || exit 71
link() {{
    ip link delete "$2" 2>/dev/null
    ip link add "$2" type veth peer name "$1" address "$4" netns {namespace} && ip link set "$2" master "$3" up
}}
while :; do
    : > {namespace}
    unshare --net={namespace} true || exit 72
    link host0 {inner} {bridge} {inner_address} && link ext0 {outer} {provider_bridge} {outer_address} || exit 73
    sh -c 'for door in {doors}; do echo $$ > "$door" || exit 74; done; exec "$@"' boot {nspawn}
    code=$?
    umount {namespace}
    [ "$code" -eq 133 ] || break
done
echo "$code" > {exit}
"""


def render(record: LabRecord, home: Home, host: str, image: Path) -> str:
    """Write the script that keeps a host running."""
    lab = home.lab(record.name)
    place = lab.host(host)
    return _TEMPLATE.format(
        host=host,
        lab=record.name,
        overlay=shlex.quote(overlay_options(record, lab, host, image)),
        root=place.root,
        namespace=_NAMESPACE,
        inner=record.interface(host, "h"),
        outer=record.interface(host, "x"),
        inner_address=record.hardware_address(f"{host}/host0"),
        outer_address=record.hardware_address(f"{host}/ext0"),
        bridge=record.bridge,
        provider_bridge=record.provider_bridge,
        doors=" ".join(str(door) for door in cgroup.doors(record.group(host), "boot")),
        nspawn=shlex.join(_nspawn_argv(record, home, host)),
        exit=place.exit,
    )


def overlay_options(record: LabRecord, lab: LabHome, host: str, image: Path) -> str:
    """Give the layers of a host: its writable one, its snapshots newest first, the image."""
    place = lab.host(host)
    lower = ":".join(str(path) for path in [*(lab.layer(snapshot, host) for snapshot in record.layers), image])
    return f"lowerdir={lower},upperdir={place.upper},workdir={place.work},volatile"


def _nspawn_argv(record: LabRecord, home: Home, host: str) -> list[str]:
    """Give the command that boots a host; it exits 133 when the host asks for a reboot."""
    binds = [f"--bind={home.archives}:{archive.INSIDE}", *(f"--bind={device}" for device in machine.devices())]
    return [
        "systemd-nspawn",
        "--quiet",
        f"--directory={home.lab(record.name).host(host).root}",
        f"--machine={record.tag}-{host}",
        f"--hostname={host}",
        "--boot",
        f"--network-namespace-path={_NAMESPACE}",
        "--register=no",
        "--keep-unit",
        "--capability=all",
        "--private-users=no",
        "--system-call-filter=@known",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=read-only",
        *binds,
    ]
