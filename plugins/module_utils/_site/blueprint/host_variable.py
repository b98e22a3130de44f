"""The variables of a host that are ours: what each may be, and what only looks like one of them.

All mistakes of a host come together, each with the place where it was written. No value is repeated.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from .. import setting
from ..component import qemu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SERVICES = {
    "keystone": ("all",),
    "glance": ("all",),
    "placement": ("all",),
    "nova": ("all", "api", "metadata", "conductor", "scheduler", "console", "compute"),
    "neutron": ("all", "server", "agent", "l3", "dhcp", "metadata"),
}
CONFIG_VARIABLES = tuple(f"{service}_config" for service in SERVICES)
QEMU = "nova_compute_qemu_conf"
OURS = ("address", "tunnel_address", QEMU, *CONFIG_VARIABLES, "cloud", "novaform_secrets")
_NEAR = 0.88
_LONGEST = 40


def quote(name: Any) -> str:
    """Return a short, printable form of a name that somebody wrote."""
    text = str(name)
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def mistakes(name: str, variables: Mapping[str, Any], where: Callable[[Any], str]) -> list[str]:
    """Return everything that is wrong with the variables of one host that are ours."""
    found = [f"{where(name)}: host {quote(name)} {wrong}" for wrong in [setting.name(name)] if wrong]
    given = next((one for one in ("address", "ansible_host") if variables.get(one)), None)
    address = variables[given] if given else name
    wrong = setting.address(address)
    if wrong:
        found.append(f"{where(address)}: {given or 'the name'} of {quote(name)} {wrong}")
    tunnel = variables.get("tunnel_address")
    if tunnel is not None and setting.ipv4(tunnel):
        found.append(f"{where(tunnel)}: tunnel_address of {quote(name)} {setting.ipv4(tunnel)}")
    found += _qemu_errors(variables.get(QEMU), where)
    for service in CONFIG_VARIABLES:
        if variables.get(service):
            found += _config_errors(service, variables[service], where)
    return found


def unknown(name: str, variables: Mapping[str, Any], where: Callable[[Any], str]) -> Iterator[str]:
    """Yield variables of a host that nobody reads and that are nearly called as one of ours."""
    for variable in variables:
        if variable in OURS or len(variable) > _LONGEST or variable.startswith("ansible_"):
            continue
        near = difflib.get_close_matches(variable, OURS, 1, _NEAR)
        if near:
            yield f"{where(variable)}: unknown variable {quote(variable)} of {quote(name)}; did you mean {near[0]!r}?"


def _config_errors(service: str, parts: Any, where: Callable[[Any], str]) -> list[str]:
    """Return what is malformed in a ``<service>_config`` (whether an option exists is judged on the host)."""
    known = SERVICES[service.removesuffix("_config")]
    if not isinstance(parts, dict):
        return [f"{where(parts)}: {service} must be {{component: {{section: {{option: value}}}}}}"]
    found = []
    for part, sections in parts.items():
        if part not in known:
            found.append(f"{where(part)}: {service} has no {quote(part)}; known: {', '.join(known)}")
        elif not isinstance(sections, dict) or not all(isinstance(one, dict) for one in sections.values()):
            found.append(f"{where(part)}: {service}.{part} must be {{section: {{option: value}}}}")
        else:
            found += [error for section, options in sections.items() for error in _section(section, options, where)]
    return found


def _section(section: Any, options: Mapping[Any, Any], where: Callable[[Any], str]) -> Iterator[str]:
    if setting.section_error(section):
        yield f"{where(section)}: {quote(section)} {setting.section_error(section)}"
    for option, value in options.items():
        wrong = setting.option_error(option, value)
        if wrong:
            yield f"{where(option)}: option {quote(option)} {wrong}"


def _qemu_errors(content: Any, where: Callable[[Any], str]) -> list[str]:
    """Return what libvirt could not read back from qemu.conf as it was declared."""
    if content is None:
        return []
    if not isinstance(content, dict):
        return [f"{where(content)}: {QEMU} must be {{name: value}}"]
    found = [
        f"{where(name)}: {QEMU} {quote(name)} is not the name of a setting"
        for name in content
        if not qemu.is_name(name)
    ]
    for name, value in content.items():
        if not qemu.is_value(value):
            found.append(f"{where(name)}: {QEMU} {quote(name)} {qemu.VALUE}")
    return found


def shared_addresses(addresses: Mapping[str, str]) -> list[str]:
    """Return which hosts have been given one address; ``addresses`` is ``{host: address}``."""
    by_address: dict[str, list[str]] = {}
    for name, address in addresses.items():
        by_address.setdefault(address, []).append(name)
    return [
        f"hosts.yml: {', '.join(names)} have the same address: correct address (or ansible_host) of all but one"
        for names in by_address.values()
        if len(names) > 1
    ]
