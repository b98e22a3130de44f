"""The hypervisor of a compute host: libvirt, QEMU, nova-compute, and the way guests move between hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import endpoint, host_variable, nova_options, part, privilege

if TYPE_CHECKING:
    from .site import Host, Site

_HOME = "/var/lib/nova/.ssh"
_CLIENT = "/etc/ssh/ssh_config.d/50-novaform.conf"
_IDENTITY = "/var/lib/nova/compute_id"
_LEAST_MIB = 512  # on the disk of guests, for one to be made at all
_PLACED = 150  # seconds until nova-compute has noticed that libvirt was started again, and told Placement
_PACKAGES = (
    "nova-compute-kvm",
    "libvirt-daemon-system",
    "libvirt-clients",
    "python3-libvirt",
    "polkitd",
    "qemu-system-x86",
    "qemu-utils",
    "netcat-openbsd",
)


def _ssh(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return how the account nova reaches every other compute host: one key, every host's key pinned, no terminal.

    The client's options are the host's and not the account's: in a live migration it is libvirtd, hence root, that
    signs in as nova over there. A host without peers has none of it.
    """
    computes = site.having("compute")
    peers = ",".join(one.address for one in computes if one.name != host.name)
    key, admitted, known = (f"{_HOME}/{name}" for name in ("id_ed25519", "authorized_keys", "known_hosts"))
    if not peers:
        return [part.absent(path) for path in (key, admitted, known, _CLIENT)]
    lines = [f"{one.name},{one.address} {pinned}\n" for one in computes for pinned in one.ssh_keys]
    hosts = ",".join(f"{one.name},{one.address}" for one in computes)
    return [
        part.directory(_HOME, "nova", "nova", "0700"),
        part.text(key, "<secret:migration_ssh_key>", "0600", "nova", "nova"),
        part.text(admitted, f'restrict,from="{peers}" <secret:migration_ssh_public>\n', "0600", "nova", "nova"),
        part.text(known, "".join(lines), "0644", "nova", "nova"),
        part.text(
            _CLIENT,
            f"# Written by Novaform.\nMatch user nova host {hosts}\n  StrictHostKeyChecking yes\n"
            f"  UserKnownHostsFile {known}\n  IdentityFile {key}\n  IdentitiesOnly yes\n",
        ),
    ]


def _libvirt(host: Host) -> list[dict[str, Any]]:
    """Return libvirt's own files; qemu.conf only where the site asks for something."""
    files = [
        part.text(
            "/etc/libvirt/libvirtd.conf",
            "# Written by Novaform.\nmax_clients = 5000\nmax_client_requests = 20\nmax_workers = 50\n",
        ),
        # Guests are brought back by nova-compute alone; libvirt-guests would start and suspend them behind its back.
        part.text("/etc/default/libvirt-guests", "# Written by Novaform.\nON_BOOT=ignore\nON_SHUTDOWN=shutdown\n"),
    ]
    if host.qemu_conf:
        lines = [f"{name} = {host_variable.qemu_literal(value)}" for name, value in sorted(host.qemu_conf.items())]
        files.append(part.text("/etc/libvirt/qemu.conf", "# Written by Novaform.\n" + "\n".join(lines) + "\n", "0600"))
    return files


def _queue(site: Site, host: Host) -> dict[str, Any]:
    """Return the proof that nova-compute takes from its queue."""
    return part.ping_proof(site, part.nova_user(host), f"compute.{host.name}", "nova-compute")


def _proofs(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return what only a compute host does on which guests can run."""
    return [
        {"unit": "libvirtd.service"},
        {"unit": "nova-compute.service"},
        part.broker_proof(site, part.nova_user(host)),
        _queue(site, host),
        {"what": "a guest", "guest": host.virt_type},
        {"what": "the network of guests", "plugs": True, "within": 10},
        {"what": "the disk of guests", "disk": "/var/lib/nova/instances", "free_mb": _LEAST_MIB},
        {
            "what": "Placement",
            "provider": _IDENTITY,
            "host": host.name,
            "auth": part.account(site, part.nova_user(host)),
            "region": site.cloud.region,
            "within": _PLACED,
        },
    ]


def compute(site: Site, host: Host) -> dict[str, Any]:
    """Return nova-compute and what it drives. A restart of either never stops a guest."""
    libvirt = _libvirt(host)
    # The package's own file overrides nova.conf with values of ten years ago; ours says nothing.
    empty = part.text("/etc/nova/nova-compute.conf", "# Written by Novaform: everything is in nova.conf.\n[DEFAULT]\n")
    dropin = part.survive(
        "nova-compute",
        ("libvirtd.service", "rabbitmq-server.service", "placement-api.service", "nova-conductor.service"),
        190,
    )
    read = nova_options.read_by(site, host, "compute")
    proxies = [one.address for one in site.having("control")]
    peers = [one.address for one in site.having("compute")]
    return {
        "name": "nova_compute",
        "packages": list(_PACKAGES),
        "files": [*privilege.nova(host), nova_options.conf(site, host), empty, dropin, *libvirt, *_ssh(site, host)],
        "units": [
            {"name": "dbus.service", "state": "started", "inputs": {}, "on_change": "reload"},
            {"name": "polkit.service", "state": "started", "inputs": {}},
            part.unit("libvirtd", *(item["path"] for item in libvirt if item["path"].startswith("/etc/libvirt/"))),
            part.unit("nova-compute", {nova_options.CONF: read}, empty["path"], dropin["path"]),
        ],
        "ports": [
            part.port(endpoint.VNC_PORTS, "nova_compute", proxies),
            part.port(endpoint.MIGRATION_PORTS, "nova_compute", peers),
        ],
        "settle": {"unit": "nova-compute.service", "host": host.name, "queue": _queue(site, host)},
        "proofs": _proofs(site, host),
    }
