"""Where the node claims its code, over HTTP or TLS; docs/protocol.md, "Enrolment"."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import choice
from string import ascii_uppercase

from controller.trial.conform.areas import AREAS
from controller.trial.conform.station import KitStation, whole_ms
from devices.enrolment import (
    CLAIM_PATH,
    SESSIONS_OF_HARDWARE,
    Enrolment,
    EnrolmentClaim,
    EnrolmentReply,
    qr_payload,
)
from devices.topics import node_filters
from devices.wire_types import Malformed, parse

_LETTERS = "".join(sign for sign in ascii_uppercase + "23456789" if sign not in "IO")
LONGEST_CLAIM = 4096
NODE_PASSWORD = "kit"  # noqa: S105 - of a laboratory's broker that asks for none
"""Of the node, unless the laboratory gave it another one."""
_PATIENCE_S = 10.0
Answer = Callable[[EnrolmentClaim], EnrolmentReply | None]
"""Returns the reply to a claim; None: the connection is closed without one."""


class EnrolmentDesk:
    """Serves one code; `answer` says how, and `claims` has what came."""

    first_session = SESSIONS_OF_HARDWARE
    password = NODE_PASSWORD

    def __init__(self, station: KitStation, broker: str) -> None:
        self.code = "".join(choice(_LETTERS) for _ in range(8))
        self.claims: list[EnrolmentClaim] = []
        self.answer: Answer = self.good_reply
        self.station = station
        self._broker = broker
        self._server: ThreadingHTTPServer | None = None
        self.address = ""

    def start(self, host: str, port: int, certificate: Path | None = None, key: Path | None = None) -> None:
        """Listen; with a certificate over TLS, as the page has it."""
        desk = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE_S

            def do_POST(self) -> None:
                desk.serve(self)

            def log_message(self, *_: object) -> None:
                """Write nothing: the table says what came."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.address = f"{scheme}://{host}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name="enrolment", daemon=True).start()

    def stop(self) -> None:
        """Close it."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def qr(self) -> str:
        """Return the text of the QR code."""
        return qr_payload(self.address, self.code, self.station.root.public_x)

    def good_reply(self, claim: EnrolmentClaim) -> EnrolmentReply:
        """Return the reply of a station that keeps to the page."""
        return self.reply_to(claim.public)

    def reply_to(self, public: str, signer: str = "station") -> EnrolmentReply:
        """Return a reply for some hardware."""
        station = self.station
        enrolment = Enrolment(
            node=station.node,
            name="Loa Conformance",
            public=public,
            areas=AREAS,
            topics=node_filters(station.node, AREAS),
            broker=self._broker,
            first_session=self.first_session,
            issued_at=whole_ms(station.now()),
        )
        return EnrolmentReply(
            enrolment=station.signed(enrolment, station.key(signer)).decode(),
            keys=(station.signed(station.key_set(), station.root).decode(),),
            root_public=station.root.public_x,
            password=self.password,
        )

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request; for the handler."""
        length = request.headers.get("Content-Length", "")
        body = request.rfile.read(min(int(length), LONGEST_CLAIM)) if length.isdigit() else b""
        try:
            claim = parse(EnrolmentClaim, body) if request.path == CLAIM_PATH else None
        except Malformed:
            claim = None
        if claim is None or claim.code != self.code:
            request.send_error(404)
            return
        self.claims.append(claim)
        reply = self.answer(claim)
        if reply is None:
            request.close_connection = True
            return
        payload = reply.payload()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(payload)))
        request.end_headers()
        request.wfile.write(payload)
