"""What neutron's server and its agents on a host share: neutron.conf, of which each reads its part."""

from __future__ import annotations

from typing import Any, Optional

from . import part, shared

Sections = dict[str, dict[str, Any]]
CONF = "/etc/neutron/neutron.conf"
PHYSICAL_NETWORK = "external"
BACKENDS = ("mariadb.service", "rabbitmq-server.service", "keystone.service")


def shared_options(host: str, broker: shared.BrokerAccess) -> Sections:
    """Return what the server and every agent read."""
    return {
        "DEFAULT": {
            "host": host,
            "core_plugin": "ml2",
            "service_plugins": "router,metering,qos",
            "transport_url": broker.url,
            "rpc_ping_enabled": True,
            "interface_driver": "openvswitch",
            "log_dir": "/var/log/neutron",
        },
        "agent": {
            "root_helper": "sudo neutron-rootwrap /etc/neutron/rootwrap.conf",
            "root_helper_daemon": "sudo neutron-rootwrap-daemon /etc/neutron/rootwrap.conf",
        },
        "oslo_concurrency": {"lock_path": "/var/lock/neutron"},
        "oslo_messaging_rabbit": shared.RABBIT,
        "oslo_policy": {"policy_dirs": "/etc/neutron/policy.d"},
    }


def file(ours: Sections, config: Optional[dict[str, Any]], server: Sections) -> dict[str, Any]:
    """Return a host's neutron.conf: ``server`` is what the server reads besides, where it runs on the host."""
    return part.ini(CONF, part.merge(ours, part.own(config, "all"), server), "neutron")
