"""What people write with openstacksdk: whose image is not the declared one is deleted, and made again."""

from __future__ import annotations

import sys

import openstack
import yaml


def main(path: str) -> None:
    """Bring all servers of the file to their image."""
    with open(path) as file:  # noqa: PTH123 - as people write it
        declared = yaml.safe_load(file)
    cloud = openstack.connect(cloud="fake")
    images = {image.id: image.name for image in cloud.image.images()}
    changed = 0
    for server in list(cloud.compute.servers(details=True)):
        given = {**declared["defaults"], **declared["instances"][server.name]}
        if images[server.image.id] == given["image"]:
            continue
        cloud.delete_server(server.id, wait=True)
        cloud.create_server(
            server.name,
            image=given["image"],
            flavor=given["flavor"],
            network=given["networks"],
            key_name=given["key"],
            security_groups=[f"{declared['stack']}-{group}" for group in given["security_groups"]],
            meta=given["metadata"],
            auto_ip=False,
            wait=True,
        )
        changed += 1
    sys.stdout.write(f"{changed} changed\n")


if __name__ == "__main__":
    main(sys.argv[1])
