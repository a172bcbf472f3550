"""Work that is done for several calls together, as one of them sees it."""

from __future__ import annotations

import asyncio
from typing import Any


class SharedWork(asyncio.Future[Any]):
    """What a call waits for. After it the call is nearly done, and goes on before others begin.

    ``took_s`` is its share of the time, if that is known and charged nowhere else.
    """

    took_s: float = 0.0
