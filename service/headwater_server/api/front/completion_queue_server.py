"""A gRPC server on the loop's thread, on grpcio's completion queue instead of `grpc.aio`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc

from headwater_server.api.front.context import Context
from headwater_server.api.front.events import Events
from headwater_server.api.front.grpcio_core import CoreServer, Event, refuse
from headwater_server.api.front.methods import Method

NOT_FOUND = (grpc.StatusCode.UNIMPLEMENTED, "Method not found!")  # grpc.aio's words


class _Asked:
    """What a generic handler wants to know about a call: grpc.HandlerCallDetails."""

    invocation_metadata = ()

    def __init__(self, method: str) -> None:
        self.method = method


class CompletionQueueServer:
    """Serves coroutines, as `grpc.aio.server` does, with less work for each call."""

    def __init__(self, options: Sequence[tuple[str, Any]]) -> None:
        """Needs a running loop."""
        self._loop = asyncio.get_running_loop()
        self._core = CoreServer(options)
        self._events = Events(self._core)
        self._handlers: list[Any] = []
        self._methods: dict[bytes, Method] = {}
        self._calls: set[Context] = set()
        self._is_started = self._is_stopping = False
        self._stopped: asyncio.Future[None] = self._loop.create_future()

    @property
    def calls(self) -> int:
        """How many calls are under way."""
        return len(self._calls)

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Serve the methods of these handlers."""
        self._handlers.extend(handlers)

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """Serve these methods, too; the generated code calls this beside the other."""
        self.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))

    def add_insecure_port(self, address: str) -> int:
        """Bind a port and return it; raise RuntimeError if that is not possible."""
        return self._core.bind(address)

    async def start(self) -> None:
        """Accept calls from now on."""
        self._core.start()
        self._is_started = True
        self._events.start()
        self._core.accept(self._arrived)

    async def stop(self, grace: float | None) -> None:
        """Refuse new calls at once, and cancel those under way after ``grace`` seconds."""
        if not self._is_started:
            return
        if not self._is_stopping:
            self._is_stopping = True
            self._core.stop(lambda _: self._stopped.set_result(None))
        await asyncio.wait((self._stopped,), timeout=grace or 0)
        if not self._stopped.done():
            self._core.cancel_calls()
            await self._stopped
        await self._close()

    async def _close(self) -> None:
        if not self._is_started:
            return
        self._is_started = False
        for context in tuple(self._calls):  # the core aborts the process if more is asked of it
            context.call.cancel()
        self._core.close()
        await self._events.ended()

    def _arrived(self, event: Event) -> None:
        if not (event.success and self._is_started):  # the server stops
            return
        if not self._is_stopping:
            self._core.accept(self._arrived)
        method = self._method(event.call_details.method)
        if method is None:
            refuse(event.call, *NOT_FOUND)
            return
        context = Context(event, self._loop, method, self._calls.discard)
        self._calls.add(context)
        method.begin(context)

    def _method(self, name: bytes) -> Method | None:
        found = self._methods.get(name)
        if found is None:
            asked: Any = _Asked(name.decode(errors="replace"))
            made = (handler.service(asked) for handler in self._handlers)
            handler = next(filter(None, made), None)
            if handler is None:
                return None
            found = self._methods[name] = Method(handler, asked.method)
        return found
