"""The lab as Ansible sees it: real hosts over SSH, grouped by what they are for, their keys pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from novaform.lab import cgroup, host, subnet

if TYPE_CHECKING:
    from novaform.lab.home import LabHome
    from novaform.lab.record import LabRecord


def write(record: LabRecord, lab: LabHome) -> None:
    """Write the inventory; cloud.yml only the first time, because it is the user's from then on."""
    variables = lab.inventory / "group_vars" / "all"
    variables.mkdir(parents=True, exist_ok=True)
    hosts = render_hosts(record, lab)
    (lab.inventory / "hosts.yml").write_text(_to_yaml(hosts), encoding="utf-8")
    (variables / "lab.yml").write_text(_to_yaml(render_lab(record, is_v1=not cgroup.is_unified())), encoding="utf-8")
    if not (variables / "cloud.yml").exists():
        (variables / "cloud.yml").write_text(_to_yaml(render_cloud(record)), encoding="utf-8")


def render_hosts(record: LabRecord, lab: LabHome) -> dict[str, Any]:
    """Give the content of hosts.yml."""
    groups: dict[str, dict[str, dict[str, None]]] = {}
    for name, wanted in record.topology.hosts.items():
        for group in wanted:
            groups.setdefault(group, {"hosts": {}})["hosts"][name] = None
    connection = {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(lab.key),
        "ansible_ssh_common_args": " ".join(f"-o {option}" for option in host.ssh_options(lab)),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    hosts = {name: {"ansible_host": record.address(name)} for name in record.topology.hosts}
    for name in hosts if record.has_tunnels else ():
        hosts[name]["tunnel_address"] = record.outside_address(name)
    return {"all": {"hosts": hosts, "vars": connection, "children": groups}}


def render_lab(record: LabRecord, *, is_v1: bool) -> dict[str, Any]:
    """Give the variables that are true in this lab only."""
    first, last = subnet.floating_pool(record.provider_subnet)
    content: dict[str, Any] = {
        "lab_name": record.name,
        "lab_provider": {
            "cidr": record.provider,
            "gateway": subnet.gateway(record.provider_subnet),
            "pool_start": first,
            "pool_end": last,
        },
    }
    if is_v1:
        # nspawn shows version 1 controllers read-only, and libvirt would fail to make its groups there.
        content["nova_compute_qemu_conf"] = {"cgroup_controllers": []}
    return content


def render_cloud(record: LabRecord) -> dict[str, Any]:
    """Give the content of cloud.yml: the topology's own settings, and the external network of this lab."""
    external = {
        "interface": "ext0",
        "cidr": record.provider,
        "gateway": subnet.gateway(record.provider_subnet),
        "pool": list(subnet.floating_pool(record.provider_subnet)),
    }
    return {"cloud": {**record.topology.cloud, "external": external}}


def _to_yaml(content: dict[str, Any]) -> str:
    return "---\n" + yaml.safe_dump(content, sort_keys=False, width=1000)
