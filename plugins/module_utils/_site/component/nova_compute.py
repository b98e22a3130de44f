"""The hypervisor of a compute host: libvirt, QEMU, nova-compute, and the way guests move between hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..._core.errors import DeclareError
from .. import setting
from ..option import option
from . import nova_conf, part, privilege, qemu, shared

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


@dataclass(frozen=True)
class Migration:
    """The key with which guests move: that of the account nova on every compute host."""

    key: str = option("The private key, in OpenSSH's format.", secret=lambda _: "migration_ssh_key")
    public_key: str = option("The public key, a line of authorized_keys.", secret=lambda _: "migration_ssh_public")


@dataclass(frozen=True)
class Peer:
    """A compute host."""

    name: str = option("Its name in Nova.", check=setting.name)
    address: str = option("Its address.", check=setting.address)
    ssh_keys: tuple[str, ...] = option(
        "The public keys of its SSH server, as in known_hosts after the name.", default=()
    )


@dataclass(frozen=True)
class NovaComputeOptions:
    """What nova-compute and what it drives are told."""

    host: str = option("The name of this host in Nova.", check=setting.name)
    address: str = option("The address of this host, C(my_ip).", check=setting.ipv4)
    broker: shared.BrokerAccess = option(shared.BROKER)
    identity: shared.IdentityAccess = option(shared.IDENTITY)
    console_url: Optional[str] = option(
        "The URL of the page with a server's screen, C(novncproxy_base_url).", default=None, check=setting.url
    )
    virt_type: str = option(
        "What runs guests. V(qemu) emulates the processor, and is for hosts without C(/dev/kvm).",
        default="kvm",
        choices=("kvm", "qemu"),
    )
    cpu_allocation_ratio: float = option(
        "Virtual processors for each of the host's.", default=16.0, check=setting.number(0.1, 64)
    )
    ram_allocation_ratio: float = option(
        "Memory of guests for each MiB of the host's.", default=1.5, check=setting.number(0.1, 16)
    )
    disk_allocation_ratio: float = option(
        "Disk of guests for each GiB of the host's.", default=1.0, check=setting.number(0.1, 16)
    )
    reserved_host_memory_mb: int = option(
        "MiB of memory that are not for guests.", default=512, check=setting.integer(0, 1 << 30)
    )
    reserved_host_disk_mb: int = option(
        "MiB of disk that are not for guests.", default=0, check=setting.integer(0, 1 << 30)
    )
    computes: tuple[Peer, ...] = option(
        "All compute hosts of the cell between which guests may move, this one among them. If it is the only one, the"
        " account C(nova) has no key for others. Without any of them its keys are left alone.",
        default=(),
    )
    migration: Optional[Migration] = option(
        "The key with which they move. Needed where there are others.", default=None
    )
    allow_resize_to_same_host: bool = option(
        "Whether a server may be resized where it is. A cloud with one compute host needs it.", default=False
    )
    qemu_conf: Optional[dict[str, Any]] = option(
        "Settings of C(/etc/libvirt/qemu.conf). Without it the package's file stays as it is.",
        default=None,
        check=qemu.check,
    )
    config: Optional[dict[str, Any]] = shared.config(
        "Further options of C(nova.conf), which win over ours.", "all", "compute"
    )
    beside: Optional[dict[str, Any]] = option(
        "What C(nova.conf) has besides, where other services of Nova share it on this host.\n"
        "As C({section: {option: value}}).\n"
        "Each of the two is to be told what the other reads, as the roles of a site do.",
        default=None,
        check=setting.sections,
    )

    @property
    def peers(self) -> tuple[Peer, ...]:
        """The other compute hosts."""
        return tuple(one for one in self.computes if one.name != self.host)


def _ssh(wanted: NovaComputeOptions) -> list[dict[str, Any]]:
    """Return how the account nova reaches every other compute host: one key, every host's key pinned, no terminal.

    The client's options are the host's and not the account's: in a live migration it is libvirtd, hence root, that
    signs in as nova over there. A host without peers has none of it; where nobody says who they are, it is not ours.
    """
    peers = ",".join(one.address for one in wanted.peers)
    key, admitted, known = (f"{_HOME}/{name}" for name in ("id_ed25519", "authorized_keys", "known_hosts"))
    if not wanted.computes:
        return []
    if wanted.migration is None or not peers:
        return [part.absent(path) for path in (key, admitted, known, _CLIENT)]
    lines = [f"{one.name},{one.address} {pinned}\n" for one in wanted.computes for pinned in one.ssh_keys]
    hosts = ",".join(f"{one.name},{one.address}" for one in wanted.computes)
    return [
        part.directory(_HOME, "nova", "nova", "0700"),
        part.text(key, wanted.migration.key, "0600", "nova", "nova"),
        part.text(admitted, f'restrict,from="{peers}" {wanted.migration.public_key}\n', "0600", "nova", "nova"),
        part.text(known, "".join(lines), "0644", "nova", "nova"),
        part.text(
            _CLIENT,
            f"# Written by Novaform.\nMatch user nova host {hosts}\n  StrictHostKeyChecking yes\n"
            f"  UserKnownHostsFile {known}\n  IdentityFile {key}\n  IdentitiesOnly yes\n",
        ),
    ]


def _libvirt(wanted: NovaComputeOptions) -> list[dict[str, Any]]:
    """Return libvirt's own files; qemu.conf only where something is asked for."""
    files = [
        part.text(
            "/etc/libvirt/libvirtd.conf",
            "# Written by Novaform.\nmax_clients = 5000\nmax_client_requests = 20\nmax_workers = 50\n",
        ),
        # Guests are brought back by nova-compute alone; libvirt-guests would start and suspend them behind its back.
        part.text("/etc/default/libvirt-guests", "# Written by Novaform.\nON_BOOT=ignore\nON_SHUTDOWN=shutdown\n"),
    ]
    if wanted.qemu_conf:
        lines = [f"{name} = {qemu.literal(value)}" for name, value in sorted(wanted.qemu_conf.items())]
        files.append(part.text("/etc/libvirt/qemu.conf", "# Written by Novaform.\n" + "\n".join(lines) + "\n", "0600"))
    return files


def _options(wanted: NovaComputeOptions) -> nova_conf.Sections:
    """Return what only nova-compute reads: overcommit, reservations, the hypervisor and its consoles."""
    console = {"novncproxy_base_url": wanted.console_url} if wanted.console_url else {}
    return {
        "DEFAULT": {
            "compute_driver": "libvirt.LibvirtDriver",
            "cpu_allocation_ratio": wanted.cpu_allocation_ratio,
            "ram_allocation_ratio": wanted.ram_allocation_ratio,
            "disk_allocation_ratio": wanted.disk_allocation_ratio,
            "reserved_host_memory_mb": wanted.reserved_host_memory_mb,
            "reserved_host_disk_mb": wanted.reserved_host_disk_mb,
            "resume_guests_state_on_host_boot": True,
        },
        "libvirt": {
            "virt_type": wanted.virt_type,
            "cpu_mode": "none" if wanted.virt_type == "qemu" else "host-model",
            **_migration(wanted),
            "live_migration_inbound_addr": wanted.address,
            "live_migration_permit_auto_converge": True,
        },
        "vnc": {"server_listen": wanted.address, "server_proxyclient_address": wanted.address, **console},
    }


def _migration(wanted: NovaComputeOptions) -> dict[str, Any]:
    """Return how guests move, where there is a host that they could move to."""
    if not wanted.peers:
        return {}
    uri = "qemu+ssh://nova@%s/system?keyfile=/var/lib/nova/.ssh/id_ed25519"
    return {"live_migration_scheme": "ssh", "live_migration_uri": uri}


def reads(wanted: NovaComputeOptions) -> nova_conf.Sections:
    """Return the options of nova.conf that nova-compute reads."""
    return part.merge(
        nova_conf.of_all(wanted.host, wanted.address, wanted.broker, wanted.identity),
        nova_conf.peers(wanted.identity),
        _options(wanted),
        nova_conf.resize(same_host=wanted.allow_resize_to_same_host),
        part.own(wanted.config, "compute"),
    )


def _queue(wanted: NovaComputeOptions) -> dict[str, Any]:
    """Return the proof that nova-compute takes from its queue."""
    return wanted.broker.ping(f"compute.{wanted.host}", "nova", "nova-compute")


def _proofs(wanted: NovaComputeOptions) -> list[dict[str, Any]]:
    """Return what only a compute host does on which guests can run."""
    return [
        {"unit": "libvirtd.service"},
        {"unit": "nova-compute.service"},
        wanted.broker.proof(),
        _queue(wanted),
        {"what": "a guest", "guest": wanted.virt_type},
        {"what": "the network of guests", "plugs": True, "within": 10},
        {"what": "the disk of guests", "disk": "/var/lib/nova/instances", "free_mb": _LEAST_MIB},
        {
            "what": "Placement",
            "provider": _IDENTITY,
            "host": wanted.host,
            "auth": wanted.identity.account(),
            "region": wanted.identity.region,
            "within": _PLACED,
        },
    ]


def parts(wanted: NovaComputeOptions) -> dict[str, Any]:
    """Return nova-compute and what it drives. A restart of either never stops a guest."""
    if wanted.peers and wanted.migration is None:
        raise DeclareError("migration is missing: guests move between computes")
    libvirt = _libvirt(wanted)
    # The package's own file overrides nova.conf with values of ten years ago; ours says nothing.
    empty = part.text("/etc/nova/nova-compute.conf", "# Written by Novaform: everything is in nova.conf.\n[DEFAULT]\n")
    dropin = part.survive(
        "nova-compute",
        ("libvirtd.service", "rabbitmq-server.service", "placement-api.service", "nova-conductor.service"),
        190,
    )
    read = reads(wanted)
    conf = nova_conf.file(part.merge(wanted.beside or {}, read))
    return {
        "name": "nova_compute",
        "packages": list(_PACKAGES),
        "files": [*privilege.nova(compute=True), conf, empty, dropin, *libvirt, *_ssh(wanted)],
        "units": [
            {"name": "dbus.service", "state": "started", "inputs": {}, "on_change": "reload"},
            {"name": "polkit.service", "state": "started", "inputs": {}},
            part.unit("libvirtd", *(item["path"] for item in libvirt if item["path"].startswith("/etc/libvirt/"))),
            part.unit("nova-compute", {nova_conf.CONF: read}, empty["path"], dropin["path"]),
        ],
        "settle": {"unit": "nova-compute.service", "host": wanted.host, "queue": _queue(wanted)},
        "proofs": _proofs(wanted),
    }
