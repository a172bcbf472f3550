"""TLS to the server or its gateway: which authority to trust, and the caller's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of an encrypted connection.

    ``ca_file`` has the authorities that may sign the server's certificate; without it, gRPC's list
    of public authorities is used. ``certificate_file`` and ``certificate_key_file`` are the
    caller's own (mTLS): a gateway that knows their authority requires no API key. ``server_name``
    is the name in the server's certificate, if it is not the host of the target.

    >>> Tls(certificate_file="shop.pem")
    Traceback (most recent call last):
    ...
    ValueError: certificate_file and certificate_key_file need each other: set both
    """

    ca_file: str | Path | None = None
    certificate_file: str | Path | None = None
    certificate_key_file: str | Path | None = None
    server_name: str = ""

    def __post_init__(self) -> None:
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ValueError("certificate_file and certificate_key_file need each other: set both")

    def credentials(self) -> grpc.ChannelCredentials:
        """Read the files; OSError if one is missing, ValueError if one is not a PEM file."""
        return grpc.ssl_channel_credentials(
            root_certificates=_pem("ca_file", self.ca_file),
            private_key=_pem("certificate_key_file", self.certificate_key_file),
            certificate_chain=_pem("certificate_file", self.certificate_file),
        )

    def options(self) -> list[tuple[str, str]]:
        """Return more options for the channel."""
        name = self.server_name
        return [("grpc.ssl_target_name_override", name)] if name else []


def secured(
    credentials: grpc.ChannelCredentials | None,
    tls: Tls | bool,  # noqa: FBT001 - the value that the caller passed
) -> tuple[grpc.ChannelCredentials | None, list[tuple[str, str]]]:
    """Return the credentials of a channel, None for a plain one, and its options."""
    if not tls:
        return credentials, []
    if credentials is not None:
        raise ValueError("credentials and tls say the same: give one of them")
    wanted = Tls() if tls is True else tls
    return wanted.credentials(), wanted.options()


def _pem(name: str, path: str | Path | None) -> bytes | None:
    if path is None:
        return None
    text = Path(path).read_bytes()
    if b"-----BEGIN " not in text:  # gRPC would only say UNAVAILABLE, at the first call
        raise ValueError(f"{name}: {path} is no PEM file")
    return text
