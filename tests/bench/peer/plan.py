"""What people write with openstacksdk: list everything, compare each server with the file, say how many differ."""

from __future__ import annotations

import sys
from collections import defaultdict

import openstack
import yaml


def main(path: str) -> None:
    """Print how many servers are missing or differ."""
    with open(path) as file:  # noqa: PTH123 - as people write it
        declared = yaml.safe_load(file)
    cloud = openstack.connect(cloud="fake")
    images = {image.id: image.name for image in cloud.image.images()}
    flavors = {flavor.name: flavor for flavor in cloud.compute.flavors()}
    keys = {key.name for key in cloud.compute.keypairs()}
    networks = {network.id: network.name for network in cloud.network.networks()}
    groups = {group.id: group.name for group in cloud.network.security_groups()}
    ports = defaultdict(list)
    for port in cloud.network.ports():
        ports[port.device_id].append(port)
    seen = {server.name: server for server in cloud.compute.servers(details=True)}
    wrong = 0
    for name, wanted in declared["instances"].items():
        server = seen.get(name)
        given = {**declared["defaults"], **wanted}
        filtered = [f"{declared['stack']}-{group}" for group in given["security_groups"]]
        wrong += (
            server is None
            or given["flavor"] not in flavors
            or given["key"] not in keys
            or server.flavor.original_name != given["flavor"]
            or images.get(server.image.id) != given["image"]
            or [networks[port.network_id] for port in ports[server.id]] != given["networks"]
            or [[groups[one] for one in port.security_group_ids] for port in ports[server.id]] != [filtered]
            or any(server.metadata.get(key) != str(value) for key, value in given["metadata"].items())
        )
    sys.stdout.write(f"{wrong} of {len(declared['instances'])} differ\n")


if __name__ == "__main__":
    main(sys.argv[1])
