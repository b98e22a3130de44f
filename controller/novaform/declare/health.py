"""The form of ``health``: how a server proves that it is up."""

from __future__ import annotations

from novaform.declare.form import demand
from novaform.declare.form.record import Field, Record
from novaform.declare.form.scalar import Duration, Integer, Pattern, Text

HEALTH = Record(
    "When a server counts as up: one of tcp, http, console.",
    {
        "tcp": Field(Integer(1, 65535), "A port that takes connections."),
        "http": Field(Pattern("a path such as /healthz", "/[!-~]*"), "A path that answers with less than 400."),
        "port": Field(Integer(1, 65535), "The port for http.", default=80),
        "console": Field(Text("a text", 200), "A text that its console shows."),
        "within": Field(Duration(), "How long that may take.", default="120s"),
    },
    demand.HEALTH,
)
