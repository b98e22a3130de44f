"""Who holds a port is told by the name that people know it by."""

from __future__ import annotations

import pytest
from ansible_collections.novaform.compute.plugins.module_utils._host.door import listener


@pytest.mark.parametrize(
    ("cmdline", "comm", "program"),
    [
        ("/usr/sbin/mariadbd\0--basedir=/usr\0", "mariadbd", "mariadbd"),
        ("/usr/bin/python3\0/usr/bin/nova-novncproxy\0--config-file\0x\0", "nova-novncproxy", "nova-novncproxy"),
        ("/usr/bin/python3.13\0-u\0-m\0http.server\0", "python3.13", "http.server"),
        ("neutron-server: rpc worker (/usr/bin/python3 x)\0", "neutron-server:", "neutron-server"),
        ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\0", "sshd", "sshd"),
        ("", "kthreadd\n", "kthreadd"),
        ("python3\0", "python3", "python3"),
    ],
)
def test_a_program_is_named_as_people_know_it(cmdline: str, comm: str, program: str) -> None:
    assert listener.program_in(cmdline, comm) == program


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/nova-api.service\n", "nova-api.service"),
        ("9:name=systemd:/system.slice/system-x.slice/memcached.service\n8:pids:/\n", "memcached.service"),
        ("0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"),
        ("0::/\n", None),
    ],
)
def test_a_unit_is_found_in_either_kind_of_cgroup(cgroup: str, unit: str | None) -> None:
    assert listener.unit_in(cgroup) == unit


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0100007F", "127.0.0.1"),
        ("0207D50A", "10.213.7.2"),
        ("00000000000000000000000000000000", "::"),
        ("00000000000000000000000001000000", "::1"),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, address: str) -> None:
    assert listener.address_in(text) == address
