"""The ids of a list as bytes, as kernels take them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Names(NamedTuple):
    """``raw`` uint8: the bytes of all ids, one after the other; ``sizes`` int32: of each."""

    raw: NDArray[np.uint8]
    sizes: NDArray[np.int32]


def names_of(item_ids: Sequence[str]) -> Names:
    r"""Return ids as bytes.

    >>> names = names_of(["tent", "é"])
    >>> names.raw.tobytes(), names.sizes.tolist()
    (b'tent\xc3\xa9', [4, 2])
    """
    text = "".join(item_ids)
    raw = text.encode("utf-8", "surrogatepass")
    # as nearly always, characters are bytes
    ids: Sequence[str | bytes] = item_ids
    if len(raw) > len(text):
        ids = [item_id.encode("utf-8", "surrogatepass") for item_id in item_ids]
    sizes = array("i", map(len, ids))
    return Names(np.frombuffer(raw, np.uint8), np.frombuffer(sizes, np.int32))
