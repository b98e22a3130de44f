"""Addresses, networks and keys: scalar types whose form somebody else has written down."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re

from novaform.declare.form.field import OPEN, Json, RefusedValue, Scalar

PLAIN_KEYS = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
TOKEN_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
KEY_TYPES = (*PLAIN_KEYS, *TOKEN_KEYS)


def _without_zone(text: str) -> str:
    """Return the text of an address. Raises ``RefusedValue`` for one with a zone (fe80::1%eth0)."""
    if "%" in text:
        raise RefusedValue("has a zone (%...), which means something on one host only: leave it out")
    return text


class Address(Scalar):
    """An IP address."""

    wanted = "an IP address"

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the address in its canonical form."""
        del plain
        try:
            return _without_zone(str(ipaddress.ip_address(text)))
        except ValueError as error:
            raise RefusedValue("is not an IP address") from error

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": "string", "pattern": "^[0-9a-fA-F.:]+$"}


class Cidr(Scalar):
    """An IP network, without host bits."""

    wanted = "a network such as 192.168.50.0/24"

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the network in its canonical form."""
        del plain
        if "/" not in text:
            raise RefusedValue(f"is not {self.wanted}: it has no prefix length")
        try:
            return _without_zone(str(ipaddress.ip_network(text)))
        except ValueError as error:
            raise RefusedValue(f"is not {self.wanted}{self.hint(text)}", f"is not {self.wanted}") from error

    def hint(self, text: str) -> str:
        """Return the network that an address with a prefix lies in."""
        try:
            return f"; did you mean {ipaddress.ip_network(text, strict=False)}?"
        except ValueError:
            return ""

    def describe(self) -> Json:
        """Return a string pattern."""
        return {"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]+$"}


class Ports(Scalar):
    """A port, a range of ports, or all; the value is (first, last), both None for all."""

    secrets = OPEN
    wanted = "a port such as 80, a range such as 8000-8100, or all"
    pattern = re.compile("all|([0-9]{1,5})(-([0-9]{1,5}))?", re.ASCII)
    least, most = 1, 65535

    def parse(self, text: str, *, plain: bool) -> tuple[int | None, int | None]:
        """Return (first, last)."""
        del plain
        match = self.pattern.fullmatch(text)
        if match is None:
            raise RefusedValue(f"is not {self.wanted}")
        if text == "all":
            return (None, None)
        first = int(match[1])
        last = int(match[3] or first)
        if not self.least <= first <= last <= self.most:
            raise RefusedValue(f"is not {self.wanted}, from {self.least} to {self.most} in ascending order")
        return (first, last)

    def describe(self) -> Json:
        """Return a number or a pattern."""
        return {"type": ["integer", "string"], "pattern": f"^({self.pattern.pattern})$"}


class IcmpType(Ports):
    """An ICMP type or all; the value is (type, None)."""

    wanted = "all or an ICMP type"
    pattern = re.compile("all|([0-9]{1,3})(())?", re.ASCII)
    least, most = 0, 255

    def parse(self, text: str, *, plain: bool) -> tuple[int | None, int | None]:
        """Return (type, None): any code."""
        return (super().parse(text, plain=plain)[0], None)


class PublicKey(Scalar):
    """One line of an OpenSSH public key file; a private key is refused and never repeated."""

    secrets = OPEN
    wanted = "a public key such as 'ssh-ed25519 AAAA... name'"

    def shows(self) -> bool:
        """Keep it out of errors: it might be the private half."""
        return False

    def parse(self, text: str, *, plain: bool) -> str:
        """Return the key without surrounding space."""
        del plain
        if "PRIVATE KEY" in text:
            raise RefusedValue("is a private key; give the .pub file, and keep this one to yourself")
        line = text.strip()
        kind, _, rest = line.partition(" ")
        blob = rest.split(" ")[0]
        if kind not in KEY_TYPES or not line.isprintable() or not _fits(kind, blob):
            raise RefusedValue(f"is not {self.wanted} ({', '.join(KEY_TYPES)})")
        return line

    def describe(self) -> Json:
        """Return a string."""
        return {"type": "string", "examples": ["ssh-ed25519 AAAA... name"]}


def _fits(kind: str, blob: str) -> bool:
    """Tell whether the encoded key says the same type as the line."""
    try:
        decoded = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded[4 : 4 + len(kind)] == kind.encode() and len(decoded) > len(kind) + 8
