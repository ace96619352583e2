"""When the certificate of an address ends, as a connection shows it."""

import socket
import ssl
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

_PATIENCE: Final = 3.0  # seconds, to connect and for the handshake
_PORTS: Final = {"https": 443, "mqtts": 8883}


def certificate_ends(address: str) -> datetime | None:
    """Return when the certificate at an https or mqtts address ends; None: no TLS, or it does not answer.

    It is not checked: one that has ended already, or of an own authority, is to be seen as well.
    """
    with suppress(OSError, ValueError):
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
        if parts.scheme not in _PORTS or not parts.hostname:
            return None
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection((parts.hostname, port), _PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
        return None if shown is None else x509.load_der_x509_certificate(shown).not_valid_after_utc
    return None
