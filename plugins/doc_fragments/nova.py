# Copyright: (c) 2025, the Novaform authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation that the modules of Nova's services on a control host share, with one nova.conf."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and notes of a service of Nova on a control host."""

    DOCUMENTATION = r"""
options:
  host:
    description: The name of this host in Nova.
    type: str
    required: true
  address:
    description: The address of this host, C(my_ip).
    type: str
    required: true
  token_cache_key:
    description: The key under which it keeps its callers' tokens in this host's memcached.
    type: str
    required: true
  metadata_secret:
    description: What neutron's metadata agent and Nova's metadata service prove themselves with.
    type: str
    required: true
  admin_password:
    description:
      - The password of keystone's administrator, who puts the service into the catalog.
      - Without it nobody does.
    type: str
  services:
    description: Which of Nova's services this host runs, whose options C(nova.conf) has.
    type: list
    elements: str
    choices:
      - api
      - metadata
      - conductor
      - scheduler
      - console
    default:
      - api
      - metadata
      - conductor
      - scheduler
      - console
  api_url:
    description: The URL of nova-api for the catalog. Without it C(http://ADDRESS:8774/v2.1).
    type: str
  metadata_url:
    description: The URL of the metadata service. Without it C(http://ADDRESS:8775/).
    type: str
  console_url:
    description: The URL of the page with a server's screen. Without it C(http://ADDRESS:6080/vnc_lite.html).
    type: str
  workers:
    description: How many processes answer requests.
    type: int
    default: 2
  allow_resize_to_same_host:
    description: Whether a server may be resized where it is. A cloud with one compute host needs it.
    type: bool
    default: false
  compute:
    description: Whether M(novaform.compute.nova_compute) runs on this host as well, which may become root.
    type: bool
    default: false
  config:
    description:
      - Further options of C(nova.conf), which win over ours.
      - 'As C({reader: {section: {option: value}}}), with reader one of V(all), V(api), V(metadata), V(conductor),
        V(scheduler), V(console).'
    type: dict
  beside:
    description:
      - What C(nova.conf) has besides, where M(novaform.compute.nova_compute) shares it on this host.
      - 'As C({section: {option: value}}).'
      - Each of the two is to be told what the other reads, as the roles of a site do.
    type: dict
notes:
  - Nova's services of a host share C(/etc/nova/nova.conf), and each module writes all of it. Tell all of them the same,
    as by C(module_defaults) of C(group/novaform.compute.nova).
"""
