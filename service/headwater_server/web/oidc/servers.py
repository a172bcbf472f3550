"""What the servers are asked about a person's session: whether it was ended, and to end it."""

from __future__ import annotations

import structlog

from headwater.errors import HeadwaterError, UnauthenticatedError
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.web.oidc.problems import PROVIDER, STATE, SignInError

_log = structlog.get_logger(__name__)


class Servers:
    """Calls them by their public API, with the session itself as the key."""

    def __init__(self, target: str) -> None:
        """``target`` is host:port of one of them, or of what balances their load."""
        self._target = target
        self._client: ServerClient | None = None

    @property
    def _server(self) -> ServerClient:
        if self._client is None:  # it belongs to the loop that first calls it
            self._client = ServerClient(self._target)
        return self._client

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            await self._client.close()

    async def check(self, session: str) -> None:
        """Raise `SignInError` if the session was ended, or if no server says that it was not."""
        try:
            await self._server.check_operator(session)
        except UnauthenticatedError:
            raise SignInError(STATE, "the person has signed out of this session") from None
        except HeadwaterError as error:
            raise SignInError(PROVIDER, f"no server answers: {error.code.name}") from None

    async def end(self, session: str) -> bool:
        """End it on all servers; return whether that was done, now or before."""
        try:
            await self._server.end_session(session)
        except UnauthenticatedError:  # it has ended already
            return True
        except HeadwaterError as error:
            _log.warning("a session could not be ended", reason=error.code.name)
            return False
        return True
