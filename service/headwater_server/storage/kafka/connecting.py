"""How clients of Kafka connect: addresses, TLS and SASL."""

from __future__ import annotations

import logging
import ssl
from typing import Any

from headwater_server.errors import StoreRefused
from headwater_server.storage.kafka.url import KafkaPlace

# our own messages say what is wrong, once; the client repeats it at every attempt
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

BACKOFF_MS = 50


def connection_options(place: KafkaPlace) -> dict[str, Any]:
    """Return what every client of aiokafka takes. `StoreRefused` if a file cannot be used."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(place.brokers),
        "client_id": "headwater",
        "retry_backoff_ms": BACKOFF_MS,
        "security_protocol": _protocol(place),
    }
    if place.tls:
        options["ssl_context"] = _context(place)
    if place.mechanism:
        options |= {
            "sasl_mechanism": place.mechanism,
            "sasl_plain_username": place.user,
            "sasl_plain_password": place.password,
        }
    return options


def _protocol(place: KafkaPlace) -> str:
    if place.mechanism:
        return "SASL_SSL" if place.tls else "SASL_PLAINTEXT"
    return "SSL" if place.tls else "PLAINTEXT"


def _context(place: KafkaPlace) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=place.ca_file or None)
        if place.cert_file:
            context.load_cert_chain(place.cert_file, place.key_file)
    except (OSError, ssl.SSLError):
        raise StoreRefused(
            "log has ca_file, cert_file or key_file that cannot be read as PEM: check them"
        ) from None
    return context
