"""All guests of a hypervisor in one look, through libvirt's own binding and its read-only socket.

That libvirt cannot be asked is an error, never an empty list: who took one for the other would take every guest of
the host for lost.
"""

from __future__ import annotations

import time
from typing import Any

from ..._api import deadline
from ..._core import domain
from ..._core.errors import ObserveError

URI = "qemu:///system"
PATIENCE = 30.0  # seconds for the whole look: it takes milliseconds a guest
# virDomainXMLFlags: the persistent definition instead of the running one. Secrets come only with another flag.
INACTIVE = 2
NO_SUCH_DOMAIN = 42


def observe(uri: str = URI, *, include_xml: bool = False, within: float = PATIENCE) -> dict[str, Any]:
    """Return ``{domains, seconds, libvirt_version}`` as ``kvm_domains_info`` documents. Raises ``ObserveError``.

    The binding itself waits for ever for a libvirt that hangs; we do so for ``within`` seconds.
    """
    try:
        return deadline.within(within, lambda: _observe_domains(uri, include_xml=include_xml), (ObserveError,))
    except TimeoutError:
        where = f"libvirt at {uri} has not answered within {within:.0f} s"
        raise ObserveError(f"{where}; look at systemctl status libvirtd") from None


def binding() -> Any:
    """Return libvirt's module, which prints nothing by itself. Raises ``ObserveError`` where it is not installed."""
    try:
        import libvirt
    except ImportError as error:
        raise ObserveError("python3-libvirt is not installed: is this a compute host of the site?") from error
    libvirt.registerErrorHandler(lambda *_: None, None)
    return libvirt


def _observe_domains(uri: str, *, include_xml: bool) -> dict[str, Any]:
    libvirt = binding()
    started = time.monotonic()
    try:
        connection = libvirt.openReadOnly(uri)
    except libvirt.libvirtError as error:
        raise ObserveError(f"libvirt does not answer at {uri}: {error}; look at systemctl status libvirtd") from error
    try:
        found = [_domain(libvirt, guest, include_xml=include_xml) for guest in connection.listAllDomains()]
        version = connection.getLibVersion()
    except libvirt.libvirtError as error:
        raise ObserveError(f"libvirt at {uri} stopped answering: {error}") from error
    finally:
        connection.close()
    return {
        "domains": sorted((one for one in found if one), key=lambda one: one["name"]),
        "libvirt_version": f"{version // 1000000}.{version // 1000 % 1000}.{version % 1000}",
        "seconds": round(time.monotonic() - started, 4),
    }


def _domain(libvirt: Any, guest: Any, *, include_xml: bool) -> dict[str, Any] | None:
    """Return one guest, or None when it went away after it had been listed."""
    try:
        state, reason = domain.state_name(*guest.state())
        active, persistent = bool(guest.isActive()), bool(guest.isPersistent())
        live = guest.XMLDesc(0) if active else None
        kept = guest.XMLDesc(INACTIVE) if persistent else None
    except libvirt.libvirtError as error:
        if error.get_error_code() == NO_SUCH_DOMAIN:
            return None
        raise
    definitions = {
        "live": domain.to_definition(live) if live else None,
        "persistent_definition": domain.to_definition(kept) if kept else None,
    }
    current = definitions["live"] or definitions["persistent_definition"] or {}
    return {
        "uuid": guest.UUIDString(),
        "name": guest.name(),
        "state": state,
        "reason": reason,
        "active": active,
        "persistent": persistent,
        "vcpus": current.get("vcpus"),
        "memory_kib": current.get("memory_kib"),
        "nova": current.get("nova"),
        **definitions,
        **({"xml": {"live": live, "persistent": kept}} if include_xml else {}),
    }
