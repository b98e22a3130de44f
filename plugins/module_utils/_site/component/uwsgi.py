"""The uwsgi file of an API served the way Debian's units run it: ``uwsgi --http-socket :PORT --ini FILE``."""

from __future__ import annotations

from typing import Any

from . import part

CHUNKED: dict[str, Any] = {
    "http-auto-chunked": "true",
    "http-chunked-input": "true",
    "http-raw-body": "true",
    "wsgi-manage-chunked-input": "true",
}


def uwsgi(project: str, name: str, program: str, processes: int, threads: int = 1, **extra: Any) -> dict[str, Any]:
    """Return the file ``/etc/PROJECT/NAME-uwsgi.ini``.

    nova-api must keep one thread a process: with more, answers from the broker are never read and every call to a
    compute host times out after a minute.
    """
    options = {
        "buffer-size": 65535,
        "rem-header": "Content-Length",
        "add-header": "Connection: close",
        "master": "true",
        "enable-threads": "true",
        "thunder-lock": "true",
        "plugins": "python3",
        "lazy-apps": "true",
        "paste-logger": "true",
        "no-orphans": "true",
        "die-on-term": "true",
        "processes": processes,
        "threads": threads,
        "listen": 100,
        "env": f"OS_OSLO_MESSAGING_RABBIT__PROCESSNAME={name}",
        "logto": f"/var/log/{project}/{name}.log",
        "name": name,
        "uid": project,
        "gid": project,
        "chdir": f"/var/lib/{project}",
        "wsgi-file": program,
        **extra,
    }
    lines = ["# Written by Novaform.", "[uwsgi]", *(f"{option} = {value}" for option, value in options.items())]
    return part.text(f"/etc/{project}/{name}-uwsgi.ini", "\n".join(lines) + "\n")
