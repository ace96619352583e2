"""Replacement of Google Translate's speech on loopback: a CONNECT proxy that answers TLS itself.

gTTS finds it by HTTPS_PROXY, so that gTTS's own code runs over real sockets. It answers with a tone.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import ssl
import tempfile
import threading
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Literal

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tts.codec import encode_mp3

Mode = Literal["ok", "429", "403", "503", "no audio", "silence", "no sound file", "slow", "cut", "drip"]
RATE = 24_000
_WORD_SECONDS = 0.2
_REASONS = {"429": "Too Many Requests", "403": "Forbidden", "503": "Service Unavailable"}


class LoopbackGoogle:
    """Answers by `mode`, which may depend on the number of the request (1, 2, …); keeps what was asked."""

    def __init__(self, mode: Mode | Callable[[int], Mode] = "ok") -> None:
        self.mode = mode
        self.asked: list[str] = []
        self.hosts: set[str] = set()
        self.released = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Tunnel)
        self._server.google = self
        self._server.tls = _tls()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    @property
    def proxy(self) -> str:
        """For HTTPS_PROXY."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def note(self, text: str) -> Mode:
        """Keep what was asked and say how to answer."""
        with self._lock:
            self.asked.append(text)
            return self.mode(len(self.asked)) if callable(self.mode) else self.mode


class _Server(ThreadingTCPServer):
    daemon_threads = True
    google: LoopbackGoogle
    tls: ssl.SSLContext


class _Tunnel(BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        google = self.server.google
        self.request.settimeout(10)
        head = _until_blank_line(self.request)
        google.hosts.add(head.split(b" ")[1].decode())
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with suppress(OSError), self.server.tls.wrap_socket(self.request, server_side=True) as line:
            head, _, body = _until_blank_line(line).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            assert length is not None
            while len(body) < int(length[1]):
                body += line.recv(65_536)
            text = _text_of(body)
            self._answer(line, google.note(text), text)

    def _answer(self, line: ssl.SSLSocket, mode: Mode, text: str) -> None:
        if mode == "slow":
            self.server.google.released.wait(10)
        elif mode == "cut":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nabc")
        elif mode == "drip":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
            while not self.server.google.released.wait(0.02):
                line.sendall(b"x")
        elif mode in _REASONS:
            _send(line, f"{mode} {_REASONS[mode]}", b"refused")
        else:
            _send(line, "200 OK", _reply(mode, text))


def _until_blank_line(line: object) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = line.recv(65_536)  # type: ignore[attr-defined]
        if not more:
            raise ConnectionError
        received += more
    return received


def _text_of(body: bytes) -> str:
    asked = urllib.parse.parse_qs(body.decode())["f.req"][0]
    text: str = json.loads(json.loads(asked)[0][0][1])[0]
    return text


def _send(line: ssl.SSLSocket, status: str, body: bytes) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    line.sendall(head.encode() + body)


def _reply(mode: Mode, text: str) -> bytes:
    if mode == "no audio":
        return b')]}\'\n\n10\n[["wrb.fr","jQ1olc",null,null]]\n'
    sound = b"this is no sound" if mode == "no sound file" else _tone(text, 0.0 if mode == "silence" else 0.3)
    told = json.dumps([["wrb.fr", "jQ1olc", json.dumps([base64.b64encode(sound).decode()]), None]])
    told = told.replace(", ", ",")
    return f")]}}'\n\n{len(told)}\n{told}\n".encode()


def _tone(text: str, strength: float) -> bytes:
    when = np.arange(round(len(text.split()) * _WORD_SECONDS * RATE)) / RATE
    return encode_mp3([(strength * np.sin(2 * np.pi * 330 * when)).astype(np.float32)], RATE, 48)


def _tls() -> ssl.SSLContext:
    """A context with a certificate made now, for the host that gTTS asks for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "translate.google.com")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        both = Path(directory) / "both.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        both.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(both)
    return context
