"""Keeps the interfaces of guests up where Open vSwitch switches in user space.

There the switch makes an interface promiscuous by reading all its flags and writing them back. libvirt sets a guest's
new interface up at the same moment, for Nova adds the port before the interface exists. Now and then the switch writes
back a flag that it read before, and the interface is down for good: the guest is ACTIVE and hears nothing. With the
switch in the kernel nobody writes flags back.
"""

from __future__ import annotations

from typing import Any

from . import part

NAME = "novaform-taps"
_PROGRAM = f"/usr/local/sbin/{NAME}"
_UNIT = f"/etc/systemd/system/{NAME}.service"

_SCRIPT = """\
#!/bin/sh
# Written by Novaform. Sets the interface of a guest up again when Open vSwitch in user space has taken it down by
# writing back flags that it read before libvirt set them.
mend() {
    sleep 1 # libvirt has had its turn
    case "$(ip -o link show dev "$1" 2>/dev/null)" in
        "" | *[\\<,]UP[,\\>]*) ;;
        *) ip link set dev "$1" up && echo "$1 was down and is up again" ;;
    esac
}

{ (sleep 1; ip -o link show) & exec ip -o monitor link; } | while read -r number name flags rest; do
    case "$number $name $flags" in
        [0-9]*" tap"*" <"*UP*) ;;
        [0-9]*" tap"*" <"*PROMISC*) mend "${name%:}" & ;;
    esac
done
"""

_SERVICE = f"""\
[Unit]
Description=Keep the interfaces of guests up (Novaform)
StartLimitIntervalSec=0

[Service]
ExecStart={_PROGRAM}
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def keeper() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the files and the unit of the service that does it."""
    files = [part.text(_PROGRAM, _SCRIPT, "0755"), part.text(_UNIT, _SERVICE)]
    return files, part.unit(NAME, _PROGRAM, _UNIT)
