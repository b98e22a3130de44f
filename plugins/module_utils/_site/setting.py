"""What a declared value may be: each check returns what the value must be, or nothing when it is that.

No check repeats the value, which may be a password in the wrong place; the place in the file is told by who asks.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Callable

from .._core import secret
from .._core.errors import DeclareError
from . import ini

Check = Callable[[Any], str]

# As in URLs and in files of ours: nothing of it is a separator, a quote, a template or a placeholder anywhere.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_LABELS = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*"
)
_INTERFACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}")
_LARGEST_PREFIX = 30


def number(low: float, high: float) -> Check:
    """Return a check for a number within bounds."""

    def check(value: Any) -> str:
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"must be a number from {low:g} to {high:g}"

    return check


def integer(low: int, high: int) -> Check:
    """Return a check for an integer within bounds."""

    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"must be an integer from {low} to {high}"

    return check


def choice(*names: str) -> Check:
    """Return a check for one of some words."""
    return lambda value: "" if isinstance(value, str) and value in names else f"must be one of {', '.join(names)}"


def name(value: Any) -> str:
    """Check a name that goes into URLs, files and other services as it is."""
    good = isinstance(value, str) and _NAME.fullmatch(value)
    return "" if good else "must be a name of letters, digits, dots, dashes and underscores"


def interface(value: Any) -> str:
    """Check the name of a network interface."""
    good = isinstance(value, str) and _INTERFACE.fullmatch(value)
    return "" if good else "must be the name of an interface, such as eth1"


def _is_ipv4(value: Any) -> bool:
    """Return whether a value is an IPv4 address as text."""
    try:
        return isinstance(value, str) and bool(ipaddress.IPv4Address(value))
    except ValueError:
        return False


def is_ip(value: str) -> bool:
    """Return whether a text is an address of either kind, as SSH takes it."""
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def _is_ipv6(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) < 100 and ipaddress.ip_interface(value).version == 6
    except ValueError:
        return False


def ipv4(value: Any) -> str:
    """Check an IPv4 address."""
    if _is_ipv6(value):
        return "must be an IPv4 address: IPv6 is not supported yet"
    return "" if _is_ipv4(value) else "must be an IPv4 address such as 192.0.2.10"


def address(value: Any) -> str:
    """Check an IPv4 address or a host name. What has only digits and dots means to be an address."""
    if _is_ipv6(value):
        return "must be an IPv4 address or a host name: IPv6 is not supported yet"
    named = isinstance(value, str) and len(value) <= 253 and _LABELS.fullmatch(value)
    good = _is_ipv4(value) or (named and not re.fullmatch(r"[0-9.]+", value))
    return "" if good else "must be an IPv4 address or a host name"


def url(value: Any) -> str:
    """Check the URL of a service, without an account in it."""
    scheme, _, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
    place, _, path = rest.partition("/")
    host, colon, number = place.rpartition(":") if ":" in place else (place, "", "")
    good = scheme in ("http", "https") and not address(host) and (not colon or _is_port(number))
    good = good and re.fullmatch(r"[A-Za-z0-9._~/-]*", path) is not None
    return "" if good else "must be a URL such as http://192.0.2.10:5000/v3"


def vhost(value: Any) -> str:
    """Check the name of a virtual host of a broker, whose own first one is called ``/``."""
    return "" if value == "/" else name(value)


def each(check: Check) -> Check:
    """Return a check for a list of values."""
    return lambda values: next((wrong for wrong in map(check, values) if wrong), "")


def place(value: Any) -> str:
    """Check the URL of a service that says its port and no path."""
    wrong = url(value)
    if wrong:
        return wrong
    rest = value.partition("://")[2].rstrip("/")
    return (
        ""
        if ":" in rest and "/" not in rest
        else "must be a URL of host and port alone, such as http://192.0.2.10:8775"
    )


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) <= 65535


def section_error(section: Any) -> str:
    """Return what is wrong with the name of a section of an INI file, or nothing."""
    try:
        ini.check_section(section if isinstance(section, str) else "")
    except DeclareError:
        return "is not a section of an INI file"
    return ""


def option_error(option: Any, value: Any) -> str:
    """Return what is wrong with one option of a service in an INI file, or nothing."""
    values = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(one, (str, int, float, bool, type(None))) for one in values):
        return "must have a plain value or a list of them"
    try:
        ini.check_option("", option if isinstance(option, str) else "", [])
    except DeclareError:
        return "is not an option's name in an INI file"
    texts = ini.values_of([one for one in values if one is not None])
    if any(mark in text for text in texts for mark in "\n\r\0"):
        return "holds a line break or NUL: an INI file cannot hold it"
    if any("<secret:" in secret.PLACEHOLDER.sub("", text) for text in [option, *texts]) or "<secret:" in option:
        return "holds what is not a placeholder: write <secret:NAME> or <secret:NAME|url> as or in a value"
    return ""


def sections(value: Any) -> str:
    """Check options of a configuration file by section: ``{section: {option: value}}``."""
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        return "must be {section: {option: value}}"
    wrong = [f"has {section!r}, which {section_error(section)}" for section in value if section_error(section)]
    wrong += [
        f"has the option {option!r}, which {option_error(option, one)}"
        for options in value.values()
        for option, one in options.items()
        if option_error(option, one)
    ]
    return "; ".join(wrong)


def sections_of(*readers: str) -> Check:
    """Return a check for options of a configuration file by reader and section."""

    def check(value: Any) -> str:
        if not isinstance(value, dict) or not all(one in readers for one in value):
            return f"must be {{reader: {{section: {{option: value}}}}}}, for {', '.join(readers)}"
        return next((wrong for wrong in map(sections, value.values()) if wrong), "")

    return check


def pool(value: Any) -> str:
    """Check a first and a last address, in this order."""
    if not isinstance(value, (list, tuple)) or len(value) != 2 or not all(_is_ipv4(one) for one in value):
        return "must be [first address, last address]"
    first, last = map(ipaddress.IPv4Address, value)
    return "" if first <= last else "must begin with the lower address"


def network(value: Any) -> str:
    """Check an IPv4 network that has room for a gateway and addresses."""
    if _is_ipv6(value):
        return "must be an IPv4 network: IPv6 is not supported yet"
    try:
        found = ipaddress.IPv4Network(value, strict=False) if isinstance(value, str) and "/" in value else None
    except ValueError:
        found = None
    if found is None or found.prefixlen > _LARGEST_PREFIX or found.prefixlen == 0:
        return "must be a network such as 203.0.113.0/24"
    if found.is_loopback or found.is_multicast or found.is_link_local:
        return "must be a network of hosts: it is loopback, link-local or multicast"
    return "" if str(found.network_address) == value.split("/")[0] else f"must begin with the network's own {found}"


def inside(value: str, cidr: str) -> bool:
    """Return whether a host may have this address in this network; both are checked already."""
    found, within = ipaddress.IPv4Address(value), ipaddress.IPv4Network(cidr)
    return found in within and found not in (within.network_address, within.broadcast_address)


def between(value: str, first: str, last: str) -> bool:
    """Return whether an address is one of a pool."""
    return ipaddress.IPv4Address(first) <= ipaddress.IPv4Address(value) <= ipaddress.IPv4Address(last)
