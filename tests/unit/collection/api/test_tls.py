"""Where TLS fails, the sentence says why: another name, nobody known, too late, or no TLS at all."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fakes.talker import served
from novaform.cloud import wire

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
CASES = {
    "of another name": (x509.DNSName("other.example"), NOW - DAY, NOW + DAY, True, "use a name that it has"),
    "not trusted": (LOOPBACK, NOW - DAY, NOW + DAY, False, "set cacert in clouds.yaml"),
    "not valid any more": (LOOPBACK, NOW - 2 * DAY, NOW - DAY, True, "must be renewed"),
    "not valid yet": (LOOPBACK, NOW + DAY, NOW + 2 * DAY, True, "the clock"),
}


def certificate(folder: Path, name: Any, begins: dt.datetime, ends: dt.datetime) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "cert.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, bare))
    return file, secret


def refused(door: wire.Wire, url: str) -> str:
    with pytest.raises(wire.Unreached) as caught:
        door.send("GET", url, {})
    return str(caught.value)


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_with_a_certificate_is_said(tmp_path: Path, name: str) -> None:
    subject, begins, ends, known, advice = CASES[name]
    file, secret = certificate(tmp_path, subject, begins, ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        made, _ = listener.accept()
        with made, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(made, server_side=True).recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    said = refused(wire.Wire(str(file) if known else None), f"https://127.0.0.1:{listener.getsockname()[1]}/v3")
    thread.join()
    listener.close()
    assert name in said
    assert advice in said
    assert ("cacert" in said) == (not known)


def test_a_port_without_tls_is_said_to_be_one() -> None:
    with served([b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as root:
        said = refused(wire.Wire(), f"{root.replace('http:', 'https:')}/v3")
    assert "no TLS is spoken there" in said
    assert "is it http://" in said
    assert "cacert" not in said


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with served([]) as root:
        url = root.replace("http:", "https:")
        assert "cannot read the CA file gone.pem" in refused(wire.Wire("gone.pem"), url)
        door = wire.Wire()
        door.client = (str(tmp_path / "gone.pem"), None)
        assert "gone.pem" in refused(door, url)
