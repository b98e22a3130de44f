"""The first word of a console: a WebSocket opened by hand, and what the VNC server behind it says."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import urllib.parse

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def greeting(console: str, seconds: float = 20) -> bytes:
    """Connect as noVNC's page does at this address and return the server's first message."""
    address = urllib.parse.urlsplit(console)
    path = urllib.parse.parse_qs(address.query)["path"][0]
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /{path.lstrip('/')} HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: http://{address.netloc}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: binary\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port or 80), timeout=seconds) as door:
        door.sendall(request.encode())
        stream = door.makefile("rb")
        head = b"".join(iter(stream.readline, b"\r\n")).decode()
        accepted = base64.b64encode(hashlib.sha1((key + GUID).encode(), usedforsecurity=False).digest()).decode()
        assert head.startswith("HTTP/1.1 101"), head
        assert accepted in head, head
        opcode, length = stream.read(2)  # a short frame; a server never masks
        assert (opcode & 0x0F, length < 126) == (2, True), (opcode, length)
        return stream.read(length)
