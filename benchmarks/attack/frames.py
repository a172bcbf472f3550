"""HTTP/2 written by hand: for floods that no well-behaved library sends."""

from __future__ import annotations

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0, 1, 3, 4
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return one frame."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + stream.to_bytes(4) + payload


def settings() -> bytes:
    """Return the preface and empty settings, with which a connection begins."""
    return PREFACE + frame(SETTINGS, 0, 0)


def headers(stream: int, path: str, key: str = "") -> bytes:
    """Return the headers of a gRPC call."""
    fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "shop"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ]
    if key:
        fields.append(("authorization", f"Bearer {key}"))
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
    return frame(HEADERS, END_HEADERS, stream, block)


def message(stream: int, body: bytes) -> bytes:
    """Return the only message of a call, of at most one frame."""
    return frame(DATA, END_STREAM, stream, b"\0" + struct.pack(">I", len(body)) + body)


def reset(stream: int) -> bytes:
    """Return the frame that cancels a call."""
    return frame(RST_STREAM, 0, stream, CANCEL.to_bytes(4))


def connected(address: str) -> socket.socket:
    """Return a plain connection."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def _text(text: str) -> bytes:
    data = text.encode()
    return bytes((len(data),)) + data  # all are shorter than 127 bytes, and none is Huffman-coded
