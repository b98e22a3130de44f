"""Whether the broker lets a service work, and whether a service takes from its own queue and answers.

Spoken straight in AMQP: to load oslo.messaging takes longer than all that is asked. What is sent to a queue is what its
RPC client would send for ``oslo_rpc_server_ping``, and any answer proves that somebody takes from the queue.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ..._api import deadline
from ..._core.errors import ObserveError
from .web import Silent, get

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 4.0
PAUSE = 0.02
OK = 200
PORT = 5672


class OwnQueue(NamedTuple):
    """A channel with a queue of our own; ``blocked`` gets the broker's reason for blocking all who publish."""

    channel: Any
    queue: str
    blocked: list[str]
    pack: Any

    def send(self, exchange: str, key: str, content: Any) -> None:
        """Publish something that is forgotten when nobody wants it in time."""
        message = self.pack(json.dumps(content), content_type="application/json", content_encoding="utf-8")
        message.properties["expiration"] = str(int(SECONDS * 1000))
        self.channel.basic_publish(message, exchange=exchange, routing_key=key)

    def took(self, wanted: str) -> bool:
        """Return whether a message that holds this text comes in time. Raises ``ObserveError`` when we are blocked."""
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            message = self.channel.basic_get(self.queue, no_ack=True)
            if message is not None and wanted in str(message.body):
                return True
            if self.blocked:
                raise ObserveError(f"the broker blocks all who publish: {self.blocked[0]}")
            time.sleep(PAUSE)
        return False


@contextlib.contextmanager
def line(broker: str) -> Iterator[OwnQueue]:
    """Open one as the account of a transport URL. Raises ``ObserveError``."""
    try:
        import amqp  # comes with every service of the cloud, which an empty host lacks
    except ImportError as error:
        raise ObserveError("python3-amqp is not installed on this host") from error
    url = urlsplit(broker)
    place, user = f"{url.hostname}:{url.port}", unquote(url.username or "")
    blocked: list[str] = []
    try:
        address = deadline.numeric(url.hostname or "", url.port or PORT, time.monotonic() + SECONDS)
    except deadline.NAMELESS as error:
        raise ObserveError(f"the broker at {place} does not answer {user}: {error}") from error
    connection = amqp.Connection(
        host=f"{address}:{url.port or PORT}",
        userid=user,
        password=unquote(url.password or ""),
        virtual_host=unquote(url.path[1:]),
        on_blocked=blocked.append,
        **dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), SECONDS),
    )
    try:
        connection.connect()
        channel = connection.channel()
        queue = f"reply_novaform_{uuid.uuid4().hex}"  # as the queues for answers are named, which all may have
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        yield OwnQueue(channel, queue, blocked, amqp.Message)
    except amqp.exceptions.AMQPError as error:
        said = getattr(error, "reply_text", "") or str(error) or type(error).__name__
        raise ObserveError(f"the broker at {place} refuses {user}: {said}") from error
    except OSError as error:
        said = str(error) or type(error).__name__
        raise ObserveError(f"the broker at {place} does not answer {user}: {said}") from error
    finally:
        with contextlib.suppress(OSError, amqp.exceptions.AMQPError):
            connection.close()


def ask_broker(item: Mapping[str, Any]) -> str:
    """Log in as a service, and take from a queue of our own what we put there."""
    with line(item["broker"]) as open_line:
        open_line.send("", open_line.queue, "novaform")
        return "" if open_line.took("novaform") else "what is published does not arrive"


def ask_ping(item: Mapping[str, Any]) -> str:
    """Call a service on its own queue, as those call it that need it. Raises ``Silent`` when it does not answer."""
    ident = uuid.uuid4().hex
    with line(item["broker"]) as open_line:
        call: dict[str, Any] = {
            "method": "oslo_rpc_server_ping",
            "args": {},
            "version": "1.0",
            "_msg_id": ident,
            "_unique_id": uuid.uuid4().hex,
            "_reply_q": open_line.queue,
            "_timeout": None,
        }
        open_line.send(item["exchange"], item["ping"], {"oslo.version": "2.0", "oslo.message": json.dumps(call)})
        if not open_line.took(ident):
            raise Silent(f"no answer on {item['ping']} within {SECONDS:.0f} s")
    return ""


def ask_alarms(item: Mapping[str, Any]) -> str:
    """Return the alarms that make the broker block everybody who publishes."""
    token = base64.b64encode(f"{item['user']}:{item['password']}".encode()).decode()
    status, body = get(f"{item['alarms']}/api/health/checks/alarms", {"Authorization": f"Basic {token}"})
    if status == OK:
        return ""
    try:
        found = [f"{one['resource']} alarm on {one['node']}" for one in json.loads(body)["alarms"]]
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {status}"
    return f"{', '.join(found)}: publishers are blocked"
