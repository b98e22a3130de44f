"""What the account of a service may do on its host: read its configuration, and become root only as its agents must.

Debian's packages give a service its own folder in /etc, hence the file that says what it may do as root, and let it
run privsep's helper as root with any configuration and any Python module that it names.

What an agent's privsep helper does for it is as good as root's rights, by design of Nova and neutron. So a host without
agents has no such way at all, and one with agents has no other.
"""

from __future__ import annotations

from typing import Any

from . import part

_KEYS = ("fernet", "credential")
_SOCKET = r"--privsep_sock_path /tmp/[A-Za-z0-9_]+/privsep\.sock"
_NOVA = (
    r"nova ALL = (root) NOPASSWD: /usr/bin/nova-rootwrap ^/etc/nova/rootwrap\.conf privsep-helper"
    r"( --config-file /etc/nova/[a-z-]+\.conf)+"
    r" --privsep_context (nova\.privsep|os_brick\.privileged|vif_plug_[a-z_]+\.privsep)\.[a-z_]+ " + _SOCKET + "$"
)
_NEUTRON = (
    r"neutron ALL = (root) NOPASSWD: /usr/bin/neutron-rootwrap ^/etc/neutron/rootwrap\.conf privsep-helper"
    r"( --config-(file|dir) /etc/neutron/[a-z0-9_/]+(\.(conf|ini|d))+)+"
    r" --privsep_context neutron\.privileged\.[a-z_]+ " + _SOCKET + "$"
)
# It starts dnsmasq and haproxy.
_DAEMON = "neutron ALL = (root) NOPASSWD: /usr/bin/neutron-rootwrap-daemon /etc/neutron/rootwrap.conf"


def _folders(service: str, state_mode: str = "0750") -> list[dict[str, Any]]:
    """Return the folders of a service: it reads the one in /etc, and keeps state and logs."""
    return [
        part.directory(f"/etc/{service}", "root", service),
        part.directory(f"/var/lib/{service}", service, service, state_mode, service),
        part.directory(f"/var/log/{service}", service, "adm", package=service),
    ]


def keystone() -> list[dict[str, Any]]:
    """Return keystone's; it makes keys in two folders of its own."""
    keys = [part.directory(f"/etc/keystone/{name}-keys", "keystone", "keystone", "0700") for name in _KEYS]
    return [*_folders("keystone"), *keys]


def glance() -> list[dict[str, Any]]:
    """Return glance's: images in files need no root."""
    images = part.directory("/var/lib/glance/images", "glance", "glance")
    return [*_folders("glance"), images, _sudo("glance_sudoers")]


def placement() -> list[dict[str, Any]]:
    """Return placement's."""
    return _folders("placement")


def nova(*, compute: bool) -> list[dict[str, Any]]:
    """Return Nova's, which QEMU's account must get through to disks; those of an agent where ``compute`` runs."""
    common = _folders("nova", "0755")
    if not compute:
        return [*common, _sudo("nova-common")]
    instances = part.directory("/var/lib/nova/instances", "nova", "nova", "0755", "nova")
    return [*common, instances, *_rootwrap("nova"), _sudo("nova-common", _NOVA)]


def neutron(*, network: bool, compute: bool) -> list[dict[str, Any]]:
    """Return neutron's, where dnsmasq as nobody must get through to leases; what agents need where there are any."""
    more = [part.directory(f"/etc/neutron/{name}.conf.d", "root", "neutron") for name in ("agent", "server")]
    common = [*_folders("neutron", "0755"), *more]
    if network:
        return [*common, *_namespaces(), *_rootwrap("neutron"), _sudo("neutron_sudoers", _NEUTRON, _DAEMON)]
    if compute:
        return [*common, *_rootwrap("neutron"), _sudo("neutron_sudoers", _NEUTRON)]
    return [*common, _sudo("neutron_sudoers")]


def _namespaces() -> list[dict[str, Any]]:
    """Return the folder of network namespaces, at each start: neutron's privileged helper would let all write there."""
    rule = "# Written by Novaform.\nd /run/netns 0755 root root\n"
    return [
        part.directory("/run/netns", "root", "root", "0755"),
        part.text("/etc/tmpfiles.d/novaform-netns.conf", rule),
    ]


def _rootwrap(service: str) -> list[dict[str, Any]]:
    """Return what rootwrap goes by: the package's filters, and programs of the distribution alone."""
    conf = (
        "# Written by Novaform.\n[DEFAULT]\n"
        f"filters_path = /etc/{service}/rootwrap.d\nexec_dirs = /usr/sbin,/usr/bin,/sbin,/bin\n"
        "use_syslog = False\ndaemon_timeout = 600\nrlimit_nofile = 1024\n"
    )
    return [
        part.directory(f"/etc/{service}/rootwrap.d", "root", "root", "0755", service),
        part.text(f"/etc/{service}/rootwrap.conf", conf),
    ]


def _sudo(name: str, *lines: str) -> dict[str, Any]:
    """Return the package's file for sudo. It stays, empty, where nothing is allowed: dpkg keeps a changed file."""
    content = "".join(f"{line}\n" for line in ("# Written by Novaform.", *lines))
    return part.text(f"/etc/sudoers.d/{name}", content, "0440")
