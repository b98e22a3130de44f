"""Answer one HTTP request on standard input out of a folder: what QEMU's user network starts for each connection."""

from __future__ import annotations

import sys
from pathlib import Path


def render_answer(root: Path, request: str) -> bytes:
    path = root / request.split(" ")[1].strip("/")
    path = path / "index" if path.is_dir() else path
    status, content = ("200 OK", path.read_bytes()) if path.is_file() else ("404 Not Found", b"nothing here\n")
    return f"HTTP/1.0 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode() + content


def main() -> None:
    request = sys.stdin.readline()
    while sys.stdin.readline().strip():
        pass
    sys.stdout.buffer.write(render_answer(Path(sys.argv[1]), request))


if __name__ == "__main__":
    main()
