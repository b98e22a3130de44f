"""The form of ``health``: how a server proves that it is up."""

from __future__ import annotations

from novaform import core
from novaform.declare.record import Entry, Field, Record
from novaform.declare.scalar import Duration, Integer, Pattern, Text


def one_way(entry: Entry) -> str | None:
    """A server proves that it is up in one way."""
    ways = [name for name in core.model.WAYS_UP if name in entry.values]
    return f"{' and '.join(ways)} exclude each other" if len(ways) > 1 else None


HEALTH = Record(
    "When a server counts as up: one of tcp, http, console.",
    {
        "tcp": Field(Integer(1, 65535), "A port that takes connections."),
        "http": Field(Pattern("a path such as /healthz", "/[!-~]*"), "A path that answers with less than 400."),
        "port": Field(Integer(1, 65535), "The port for http.", default=80),
        "console": Field(Text("a text", 200), "A text that its console shows."),
        "within": Field(Duration(), "How long that may take.", default="120s"),
    },
    one_way,
)
