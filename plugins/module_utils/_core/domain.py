"""What libvirt's XML says of a guest, as plain values, with the block that Nova writes into each of its own."""

from __future__ import annotations

import re
from typing import Any, Optional
from xml.etree import ElementTree as ET

from .errors import ObserveError

NOVA = "{http://openstack.org/xmlns/libvirt/nova/1.1}"
KIBIBYTES = {
    "b": 1 / 1024,
    "bytes": 1 / 1024,
    "KB": 1000 / 1024,
    "k": 1,
    "KiB": 1,
    "M": 1024,
    "MiB": 1024,
    "G": 1024**2,
}
KIBIBYTES.update(GiB=1024**2, T=1024**3, TiB=1024**3)

# virDomainState and its reasons, as virsh domstate names them.
STATES = ("no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended")
REASONS: dict[str, tuple[str, ...]] = {
    "running": (
        "unknown",
        "booted",
        "migrated",
        "restored",
        "from snapshot",
        "unpaused",
        "migration canceled",
        "save canceled",
        "event wakeup",
        "crashed",
        "post-copy",
        "post-copy failed",
    ),
    "paused": (
        "unknown",
        "user",
        "migrating",
        "saving",
        "dumping",
        "I/O error",
        "watchdog",
        "from snapshot",
        "shutting down",
        "creating snapshot",
        "crashed",
        "starting up",
        "post-copy",
        "post-copy failed",
        "api error",
    ),
    "in shutdown": ("unknown", "user"),
    "shut off": (
        "unknown",
        "shutdown",
        "destroyed",
        "crashed",
        "migrated",
        "saved",
        "failed",
        "from snapshot",
        "daemon",
    ),
    "crashed": ("unknown", "panicked"),
}


def state_name(state: int, reason: int) -> tuple[str, str]:
    """Return virsh's names of a state and of its reason, ``unknown`` for one that is newer than this."""
    name = STATES[state] if 0 <= state < len(STATES) else "unknown"
    reasons = REASONS.get(name, ())
    return name, reasons[reason] if 0 <= reason < len(reasons) else "unknown"


def to_definition(text: str) -> dict[str, Any]:
    """Return one definition as ``{uuid, name, vcpus, memory_kib, disks, interfaces, vnc, nova}``.

    ``nova`` is None in a guest that is none of Nova's; ``vnc`` is None in one without such a screen. Raises
    ``ObserveError`` when the text is not a domain.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 - libvirtd wrote it, and escapes what users have named
    except ET.ParseError as error:
        raise ObserveError(f"libvirt's definition of a guest is no XML: {error}") from error
    if root.tag != "domain":
        raise ObserveError(f"libvirt's definition of a guest starts with <{root.tag}>, not with <domain>")
    nova = _nova(root.find(f"metadata/{NOVA}instance"))
    ports = [port["uuid"] for port in nova["ports"]] if nova else []
    vcpu = root.find("vcpu")
    return {
        "uuid": root.findtext("uuid", ""),
        "name": root.findtext("name", ""),
        "vcpus": int(vcpu.get("current") or vcpu.text or 0) if vcpu is not None else 0,
        "memory_kib": _kibibytes(root.find("memory")),
        "disks": [_disk(disk) for disk in root.iterfind("devices/disk")],
        "interfaces": [_interface(interface, ports) for interface in root.iterfind("devices/interface")],
        "vnc": _vnc(root.find("devices/graphics[@type='vnc']")),
        "nova": nova,
    }


def _kibibytes(element: Optional[ET.Element]) -> int:
    if element is None:
        return 0
    return int(float(element.text or 0) * KIBIBYTES.get(element.get("unit", "KiB"), 1))


def _attribute(element: ET.Element, path: str, *names: str) -> Optional[str]:
    """Return the first of these attributes that the element at ``path`` has."""
    found = element.find(path)
    values = [found.get(name) for name in names] if found is not None else []
    return next((value for value in values if value is not None), None)


def _disk(disk: ET.Element) -> dict[str, Any]:
    return {
        "device": disk.get("device", "disk"),
        "type": disk.get("type", ""),
        "source": _attribute(disk, "source", "file", "dev", "name", "volume", "dir"),
        "format": _attribute(disk, "driver", "type"),
        "target": _attribute(disk, "target", "dev"),
        "bus": _attribute(disk, "target", "bus"),
        "serial": disk.findtext("serial"),
    }


def _interface(interface: ET.Element, ports: list[str]) -> dict[str, Any]:
    """An Open vSwitch port carries its uuid; of others the device's name holds its first eleven characters."""
    target = _attribute(interface, "target", "dev")
    port = _attribute(interface, "virtualport/parameters", "interfaceid")
    if port is None and target is not None:
        start = re.sub(r"^(tap|vhu|nic|qvo|macvtap)", "", target)
        port = next((uuid for uuid in ports if len(start) >= 8 and uuid.startswith(start)), None)
    return {
        "type": interface.get("type", ""),
        "mac": _attribute(interface, "mac", "address"),
        "target": target,
        "bridge": _attribute(interface, "source", "bridge"),
        "model": _attribute(interface, "model", "type"),
        "mtu": _number(_attribute(interface, "mtu", "size")),
        "port": port,
    }


def _vnc(graphics: Optional[ET.Element]) -> Optional[dict[str, Any]]:
    """Return where the screen listens; the port is None while the guest is off and libvirt has chosen none."""
    if graphics is None:
        return None
    numbers = {name: _number(graphics.get(key)) for name, key in (("port", "port"), ("websocket", "websocket"))}
    listen = graphics.get("listen") or _attribute(graphics, "listen", "address")
    return {"listen": listen, **{name: number if number != -1 else None for name, number in numbers.items()}}


def _nova(block: Optional[ET.Element]) -> Optional[dict[str, Any]]:
    if block is None:
        return None
    flavor = block.find(f"{NOVA}flavor")
    sizes = {"memory_mb": "memory", "disk_gb": "disk", "swap_mb": "swap", "ephemeral_gb": "ephemeral", "vcpus": "vcpus"}
    return {
        "name": block.findtext(f"{NOVA}name"),
        "package": _attribute(block, f"{NOVA}package", "version"),
        "created": block.findtext(f"{NOVA}creationTime"),
        "flavor": None
        if flavor is None
        else {
            "name": flavor.get("name"),
            **{name: _number(flavor.findtext(f"{NOVA}{tag}")) for name, tag in sizes.items()},
        },
        "owner": {
            "user": block.findtext(f"{NOVA}owner/{NOVA}user"),
            "user_id": _attribute(block, f"{NOVA}owner/{NOVA}user", "uuid"),
            "project": block.findtext(f"{NOVA}owner/{NOVA}project"),
            "project_id": _attribute(block, f"{NOVA}owner/{NOVA}project", "uuid"),
        },
        "image": _attribute(block, f"{NOVA}root[@type='image']", "uuid"),
        "ports": [
            {"uuid": port.get("uuid", ""), "ips": [ip.get("address") for ip in port.iterfind(f"{NOVA}ip")]}
            for port in block.iterfind(f"{NOVA}ports/{NOVA}port")
        ],
    }


def _number(text: Optional[str]) -> Optional[int]:
    return int(text) if text is not None and text.lstrip("-").isdigit() else None
