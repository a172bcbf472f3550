"""All that is used of grpcio beside its public interface: its completion queue.

`problem` says whether the installed grpcio has it as we know it, `test_front_contract.py` whether
it behaves so. No other module imports anything private of grpcio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
from grpc._cython import cygrpc  # type: ignore[attr-defined]  # it has no stub

Event = Any  # of the queue: ``tag``, ``success``; of a new call also ``call`` and its details
Tag = Callable[[Event], None]
Core = Any  # a call, as grpcio's core knows it
Metadata = tuple[tuple[str, str | bytes], ...]

TESTED = ("1.85.",)  # versions, by their beginnings; the range in pyproject.toml allows no other
NAMES = (
    "CompletionQueue.poll",
    "CompletionQueue.shutdown",
    "CompletionType.operation_complete",
    "ReceiveCloseOnServerOperation.cancelled",
    "ReceiveMessageOperation.message",
    "SendInitialMetadataOperation",
    "SendMessageOperation",
    "SendStatusFromServerOperation",
    "Server.add_http2_port",
    "Server.cancel_all_calls",
    "Server.destroy",
    "Server.register_completion_queue",
    "Server.request_call",
    "Server.shutdown",
    "Server.start",
    "auth_context",
    "peer_identities",
    "peer_identity_key",
)
FOREVER_S = 1e12  # a later deadline is none
NO_FLAGS = 0


def problem() -> str:
    """Return why this grpcio's completion queue cannot be used, "" if it can."""
    version = grpc.__version__
    if not version.startswith(TESTED):
        return f"grpcio {version} is installed, and its core is known of {TESTED[0]}x only"
    missing = [name for name in NAMES if not _has(name)]
    return f"grpcio {version} has no {', '.join(missing)}" if missing else ""


def _has(name: str) -> bool:
    found: Any = cygrpc
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None


class CoreServer:
    """A server of grpcio's core and its queue, on which all that happens arrives as an event."""

    def __init__(self, options: Sequence[tuple[str, Any]]) -> None:
        """Create it with the options of a channel."""
        self._queue = cygrpc.CompletionQueue()
        self._server = cygrpc.Server(tuple(options), False)
        self._server.register_completion_queue(self._queue)
        self._happened = cygrpc.CompletionType.operation_complete

    def bind(self, address: str) -> int:
        """Bind a port and return it; raise RuntimeError if that is not possible."""
        port: int = self._server.add_http2_port(address.encode())
        if port == 0:
            raise RuntimeError(f"gRPC cannot bind {address}")
        return port

    def start(self) -> None:
        """Accept connections."""
        self._server.start()

    def accept(self, tag: Tag) -> None:
        """Ask for one more call; its event fails when the server stops."""
        self._server.request_call(self._queue, self._queue, tag)

    def wait(self) -> Event | None:
        """Return the next event when there is one, without Python's lock; None after `close`."""
        event = self._queue.poll()
        return event if event.completion_type == self._happened else None

    def ready(self) -> Event | None:
        """Return the next event if there is one already."""
        event = self._queue.poll(0)
        return event if event.completion_type == self._happened else None

    def stop(self, tag: Tag) -> None:
        """Refuse new calls; the event follows when all calls and connections have ended."""
        self._server.shutdown(self._queue, tag)

    def cancel_calls(self) -> None:
        """Cancel the calls under way; only after `stop`."""
        self._server.cancel_all_calls()

    def close(self) -> None:
        """Free the server, and end the queue after its last event."""
        self._server.destroy()
        self._queue.shutdown()


def receive(core: Core, tag: Tag) -> None:
    """Receive one message; see `message_of`."""
    _start(core, (cygrpc.ReceiveMessageOperation(NO_FLAGS),), tag)


def message_of(event: Event) -> bytes | None:
    """Return the message, None if the caller sent its last one before, or has left."""
    message: bytes | None = event.batch_operations[0].message()
    return message


def watch_close(core: Core, tag: Tag) -> None:
    """Ask for an event at the end of the call; see `is_cancelled`."""
    _start(core, (cygrpc.ReceiveCloseOnServerOperation(NO_FLAGS),), tag)


def is_cancelled(event: Event) -> bool:
    """Return whether the call ended before its status was sent: the caller left, or too late."""
    return bool(event.batch_operations[0].cancelled())


def send(
    core: Core,
    tag: Tag,
    initial: Metadata | None = None,
    message: bytes | None = None,
    status: tuple[int, str, Metadata] | None = None,
    *,
    until_closed: bool = False,
) -> None:
    """Send what is given, as one batch; at most one batch that sends may be under way.

    ``until_closed``: its event is also that of `watch_close`, which must not be asked for then.
    """
    operations: list[Any] = []
    if initial is not None:
        operations.append(cygrpc.SendInitialMetadataOperation(initial, NO_FLAGS))
    if message is not None:
        operations.append(cygrpc.SendMessageOperation(message, NO_FLAGS))
    if status is not None:
        code, details, trailing = status
        operation = cygrpc.SendStatusFromServerOperation(trailing, code, details, NO_FLAGS)
        operations.append(operation)
    if until_closed:
        operations.append(cygrpc.ReceiveCloseOnServerOperation(NO_FLAGS))
    _start(core, operations, tag)


def refuse(core: Core, code: grpc.StatusCode, details: str) -> None:
    """End a call at once, without anything more of it."""
    number: int = code.value[0]  # number and name, in grpcio
    operations = (
        cygrpc.SendInitialMetadataOperation((), NO_FLAGS),
        cygrpc.ReceiveCloseOnServerOperation(NO_FLAGS),
        cygrpc.SendStatusFromServerOperation((), number, details, NO_FLAGS),
    )
    _start(core, operations, lambda _: None)


def _start(core: Core, operations: Sequence[Any], tag: Tag) -> None:
    error = core.start_server_batch(operations, tag)
    if error:
        raise grpc.aio.UsageError(f"gRPC refuses this now; grpc_call_error {error}")


def deadline_s(event: Event) -> float | None:
    """Return when a new call must end, as a Unix time in seconds; None if it need not."""
    deadline: float = event.call_details.deadline
    return deadline if deadline < FOREVER_S else None


def auth_context(core: Core) -> Mapping[str, Sequence[bytes]]:
    """Return what is known about the other end from its certificate; empty without TLS."""
    return {key.decode(): values for key, values in (cygrpc.auth_context(core) or {}).items()}


def peer_identities(core: Core) -> Sequence[bytes] | None:
    """Return the names of the other end, None without TLS."""
    names: Sequence[bytes] | None = cygrpc.peer_identities(core)
    return names


def peer_identity_key(core: Core) -> str | None:
    """Return which property holds those names."""
    key: bytes | None = cygrpc.peer_identity_key(core)
    return key.decode() if key else None
