"""Open vSwitch's bridges of a host: which are missing, have another datapath, lack a port, or whose links are down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BOOT_UNIT = "novaform-links.service"
BOOT_PATH = f"/etc/systemd/system/{BOOT_UNIT}"
_BOOT_TEXT = """\
# Written by Novaform. Open vSwitch brings its bridges back with the host, but nobody raises their links.
[Unit]
Description=Links of the bridges to the outside
Wants=openvswitch-switch.service
After=openvswitch-switch.service

[Service]
Type=oneshot
RemainAfterExit=yes
{commands}
[Install]
WantedBy=multi-user.target
"""


def decide(desired: Mapping[str, Any], observed: Mapping[str, Any] | None, links: Mapping[str, Any]) -> Plan:
    """Return the steps to what is desired.

    ``desired`` is ``{"other_config": {key: value}, "bridges": [{"name", "datapath", "ports"}]}``; ``observed`` is the
    same with bridges as ``{name: {"datapath", "ports"}}`` and ``runs``, or None where no switch is; ``links`` is
    ``{"up": [interface], "boot": text of the unit that raises them with the host, or None}``. Ports and bridges that
    nobody declared are never touched: the agents make theirs.
    """
    steps = []
    seen = observed or {"other_config": {}, "bridges": {}}
    if not seen.get("runs"):
        steps.append(Step("start", "unit", "openvswitch-switch.service"))
    missing = {key: value for key, value in desired["other_config"].items() if seen["other_config"].get(key) != value}
    if missing:
        after = "".join(f"{key}={value}\n" for key, value in sorted(missing.items()))
        steps.append(Step("set", "openvswitch", "other_config", after=after))
    for bridge in desired["bridges"]:
        steps += _bridge(bridge, seen["bridges"].get(bridge["name"]))
    wanted = _to_links(desired["bridges"])
    steps += [Step("raise", "link", link) for link in wanted if link not in links["up"]]
    if wanted and links["boot"] != render_boot(wanted):
        steps.append(Step("write", "file", BOOT_PATH, links["boot"] or "", render_boot(wanted)))
    return Plan(tuple(steps))


def _bridge(bridge: Mapping[str, Any], known: Mapping[str, Any] | None) -> Iterator[Step]:
    name = bridge["name"]
    if known is None:
        yield Step("create", "bridge", name, after=f"datapath {bridge['datapath']}\n")
    elif known["datapath"] != bridge["datapath"]:
        before, after = f"datapath {known['datapath']}\n", f"datapath {bridge['datapath']}\n"
        yield Step("set", "bridge", name, before, after)
    has = known["ports"] if known else ()
    for port in bridge["ports"]:
        if port not in has:
            yield Step("add", "port", f"{port} to {name}")


def _to_links(bridges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the links that must be up: bridges that lead outside, and the interfaces by which they do."""
    return [link for bridge in bridges if bridge["ports"] for link in (bridge["name"], *bridge["ports"])]


def render_boot(links: Sequence[str]) -> str:
    """Return the unit that raises links with the host; one that is missing keeps no other one down."""
    return _BOOT_TEXT.format(commands="".join(f"ExecStart=-/usr/sbin/ip link set dev {link} up\n" for link in links))
