"""A declaration in which every field of every section is given, and the files that it reads."""

from __future__ import annotations

import base64
from typing import Any

import yaml

KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode()
WHOLE = f"""
stack: shop
include: [more.yml]
vars: {{n: 2, z: nova}}
environments: {{prod: {{n: 6}}}}
defaults: {{image: debian, flavor: small, networks: [private], key: ops, security_groups: [web], metadata: {{a: b}},
  tags: [t], zone: nova, config_drive: true, state: active, on_change: {{flavor: resize}}, user_data: x, protect: false,
  rolling: {{max_unavailable: 1, pause: 30s}}, health: {{tcp: 80, within: 120s}}, hold: false}}
flavors:
  small: {{vcpus: 1, ram: 512MiB, disk: 4GiB, ephemeral: 1GiB, swap: 512MiB, public: true, extra_specs: {{"hw:x": y}}}}
keys: {{ops: {{public_key_file: key.pub}}, two: {{public_key: {KEY}}}}}
networks:
  private: {{cidr: 192.168.50.0/24, router: edge, gateway: 192.168.50.1, external: false, shared: false, dhcp: true,
    dns: [9.9.9.9], pool: [192.168.50.10, 192.168.50.200], mtu: 1450, port_security: true,
    provider: {{type: vlan, physical_network: p, segment: 5}}}}
routers: {{edge: {{external: public}}}}
security_groups:
  web: [{{tcp: 80, from: 0.0.0.0/0}}, {{udp: 8000-8100, from_group: web}}, {{icmp: all}}, {{any: all, to: 0.0.0.0/0}}]
images:
  debian: {{file: i.img, format: qcow2, min_disk: 2GiB, min_ram: 512MiB, sha256: {"a" * 64}, public: false,
    properties: {{a: b}}}}
  tiny: {{builtin: tiny}}
volumes: {{data: {{size: 10GiB, type: lvm, zone: nova, image: debian, protect: true}}}}
server_groups: {{g: {{policy: anti-affinity}}}}
instances:
  web: {{count: 3, name: web, image: debian, flavor: small, networks: [private], floating_ip: true, key: ops,
    zone: nova, security_groups: [web], config_drive: true, user_data: {{file: u.sh}}, metadata: {{a: b}}, tags: [x],
    volumes: [data], spread: host, hints: {{different_host: [x], y: z}}, state: active, protect: true, hold: false,
    on_change: {{flavor: resize, image: rebuild, user_data: ignore, key: ignore, zone: ignore, config_drive: ignore,
      fixed_ip: deny, server_group: ignore, hints: replace}},
    rolling: {{max_unavailable: 1, pause: 30s}}, health: {{tcp: 80, within: 120s}}}}
  db: {{networks: [{{network: private, fixed_ip: 192.168.50.5, floating: public, security_groups: [web]}}],
    server_group: g, health: {{http: /x, port: 80, within: 5m}}, user_data: {{text: y}}}}
  api: {{health: {{console: "login:"}}}}
  old: {{state: absent}}
  one: {{adopt: {{id: 11111111-1111-1111-1111-111111111111}}, host: compute1}}
  two: {{adopt: {{name: n, unique: true}}}}
"""
FILES = {"key.pub": KEY, "i.img": "x", "u.sh": "#!/bin/sh\n", "more.yml": "volumes: {other: {size: 1GiB}}\n"}


def document() -> dict[str, Any]:
    """Return it as plain values, to be changed."""
    found: dict[str, Any] = yaml.safe_load(WHOLE)
    return found
