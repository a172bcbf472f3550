"""Texts and numbers as the bytes of a token, and the reader that takes them from the front."""

from __future__ import annotations

import re

_TEXT, _HEX, _UUID = range(3)  # how an id is written
_UUID_CHARS = 36
_DASHED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BYTES_MAX = 255


class Reader:
    """Takes bytes from the front; IndexError when there are fewer."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self._raw, self._at = raw, at

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        taken = self._raw[self._at : self._at + count]
        if len(taken) < count:
            raise IndexError("the token ends too early")
        self._at += count
        return taken

    def byte(self) -> int:
        """Return the next byte as a number."""
        byte = self._raw[self._at]
        self._at += 1
        return byte

    def number(self) -> int:
        """Return what `number_bytes` wrote."""
        number = shift = 0
        while (byte := self.byte()) & 128:
            number |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise IndexError("a number of a token is too long")
        return number | byte << shift

    def text(self) -> str:
        """Return what `text_bytes` wrote."""
        return self.take(self.byte()).decode("utf-8", "surrogatepass")

    def long_text(self) -> str:
        """Return what `long_text_bytes` wrote."""
        return self.take(self.number()).decode("utf-8", "surrogatepass")

    def id(self) -> str:
        """Return what `id_bytes` wrote."""
        kind = self.byte()
        if kind == _UUID:
            h = self.take(16).hex()
            return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        return self.take(self.byte()).hex() if kind == _HEX else self.text()

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._raw) - self._at)


def number_bytes(number: int) -> bytes:
    r"""Return a number of at least 0: seven bits a byte, the lowest first.

    >>> number_bytes(5), number_bytes(300), Reader(number_bytes(300)).number()
    (b'\x05', b'\xac\x02', 300)
    """
    if number < 128:
        return bytes((number,))
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    raw.append(number)
    return bytes(raw)


def text_bytes(value: str) -> bytes:
    """Return a text after its length. Raises ValueError for more than 255 bytes."""
    raw = value.encode("utf-8", "surrogatepass")
    if len(raw) > 255:
        raise ValueError(f"text of {len(raw)} bytes in a token, at most 255")
    return bytes((len(raw),)) + raw


def long_text_bytes(value: str) -> bytes:
    """Return a text of any length after its length."""
    raw = value.encode("utf-8", "surrogatepass")
    return number_bytes(len(raw)) + raw


def _hexadecimal(value: str) -> bytes:
    """Return the bytes that a text spells, b"" if it is no text of 1 to 255 bytes as we spell them.

    >>> _hexadecimal("5d41"), _hexadecimal("5D41"), _hexadecimal("5d 41"), _hexadecimal("r1")
    (b']A', b'', b'', b'')
    """
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        return b""
    return raw if len(raw) <= _BYTES_MAX and raw.hex() == value else b""


def id_bytes(value: str) -> bytes:
    """Return an id of at most 255 bytes: a UUID, or hexadecimal, as the bytes that it spells."""
    if raw := _hexadecimal(value):
        return bytes((_HEX, len(raw))) + raw
    if len(value) == _UUID_CHARS and _DASHED.fullmatch(value):
        return bytes((_UUID,)) + bytes.fromhex(value.replace("-", ""))
    return bytes((_TEXT,)) + text_bytes(value)
