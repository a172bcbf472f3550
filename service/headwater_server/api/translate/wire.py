"""How protobuf writes fields on the wire: tags, and numbers of variable length."""

from __future__ import annotations

from google.protobuf.message import Message

VARINT, FIXED64, LENGTH = 0, 1, 2  # how a field is written: protobuf's numbers


def tag_of(message: type[Message], field: str, wire: int) -> int:
    """Return the tag of a field, which is one byte for the fields 1 to 15."""
    return message.DESCRIPTOR.fields_by_name[field].number << 3 | wire


def varint(number: int) -> bytes:
    r"""Return a number as protobuf writes it: seven bits a byte, the lowest first.

    >>> varint(5), varint(300)
    (b'\x05', b'\xac\x02')
    """
    if number < 128:  # as nearly always
        return bytes((number,))
    raw = bytearray()
    while number > 127:
        raw.append(number & 127 | 128)
        number >>= 7
    return bytes((*raw, number))
