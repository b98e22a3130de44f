"""What an honest host says of itself, and what a hostile one might."""

from __future__ import annotations

from typing import Any

from ansible_collections.novaform.compute.plugins.module_utils._site import fact

KEY = "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43


def honest(name: str, address: str, **other: Any) -> dict[str, Any]:
    """Return the facts of a host in order."""
    return {
        "hostname": name,
        "fqdn": name,
        "hostname_resolves": True,
        "hostname_addresses": [address],
        "distribution": "debian",
        "release": "13",
        "codename": "trixie",
        "kernel": "6.12.0-1-amd64",
        "machine": "x86_64",
        "python": "3.13.5",
        "python3_apt": True,
        "cores": 4,
        "memory_mb": 8192,
        "disk_free_mb": {"/": 20000, "/var": 20000},
        "root": True,
        "systemd": True,
        "container": "",
        "cgroup": "v2",
        "ssh_host_keys": [KEY],
        "clock_offset": 0.3,
        "time": 1796052463.7,
        "interfaces": ["eth0", "eth1", "lo"],
        "addresses": {"eth0": [address, "fe80::1"], "eth1": [], "lo": ["127.0.0.1", "::1"]},
        "default_interface": "eth0",
        "default_address": address,
        "default_gateway": "192.0.2.254",
        "virt_type": "qemu",
        "openvswitch_datapath": "system",
        "installed": ["nova-common"],
        "apt_lock": None,
        "compute_id": None,
        "deployed_as": None,
        "verified": {},
        "database": {"state": "absent", "said": ""},
        "remembered": {kind: {} if kind == "instances" else [] for kind in fact.REMEMBERED},
        "ports": [{"port": 22, "address": "192.0.2.1", "program": "sshd", "pid": 1, "unit": "ssh.service"}],
        **other,
    }
