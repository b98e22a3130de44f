"""Whether libvirt starts a guest at all: the only way to know of cgroups, the emulator's account and /dev/kvm together.

The guest has neither disk nor network, is never run, and libvirt itself takes it away when we are gone.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..._core.errors import ObserveError
from ..door.libvirt import URI, binding

if TYPE_CHECKING:
    from collections.abc import Mapping

# virDomainCreateFlags: do not run it, and destroy it when this connection ends.
PAUSED, AUTODESTROY = 1, 2
DOMAIN = """
<domain type='{kind}'>
  <name>novaform-proof-{ident}</name>
  <uuid>{ident}</uuid>
  <memory unit='MiB'>16</memory>
  <os><type>hvm</type></os>
</domain>
"""


def ask_guest(item: Mapping[str, Any]) -> str:
    """Start a guest of the declared type, paused. It goes with the connection: to wait for that proves no more."""
    libvirt = binding()
    try:
        connection = libvirt.open(URI)
    except libvirt.libvirtError as error:
        raise ObserveError(f"libvirt does not answer at {URI}: {error}") from error
    try:
        connection.createXML(DOMAIN.format(kind=item["guest"], ident=uuid.uuid4()), PAUSED | AUTODESTROY)
    except libvirt.libvirtError as error:
        return f"libvirt starts no guest of type {item['guest']}: {' '.join(str(error).split())}"
    finally:
        connection.close()
    return ""
