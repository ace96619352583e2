"""Serves the pages in a thread of the station; its socket is bound before anything else starts."""

import socket
import threading
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI

from controller.errors import StartFailed
from controller.http.station import Station
from controller.site import end_streams, make_site

_STOP_SECONDS = 5.0
_OPEN_STREAMS_SECONDS = 1  # live pages never end by themselves: closed after this time at shutdown


@dataclass
class PageServer:
    """The web server of one station."""

    station: Station
    host: str
    port: int
    _socket: socket.socket | None = None
    _server: uvicorn.Server | None = None
    _site: FastAPI | None = None
    _thread: threading.Thread | None = field(default=None)

    @property
    def address(self) -> str:
        """Return the URL of the pages: by name on this machine, since passkeys belong to a name."""
        host = "localhost" if self.host == "127.0.0.1" else self.host
        return f"http://{host}:{self.port}"

    def bind(self) -> None:
        """Bind the port; raises StartFailed when another program uses it."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self.host, self.port))
        except OSError as error:
            bound.close()
            raise StartFailed(
                f"Không mở được trang tại {self.host}:{self.port} ({error.strerror}). Chưa có gì đang phát. "
                "Hãy tắt chương trình đang dùng cổng này, hoặc chọn cổng khác bằng LOA_PORT.",
                code="station.port_taken",
            ) from error
        self.port = int(bound.getsockname()[1])
        self._socket = bound

    def start(self) -> None:
        """Start serving."""
        assert self._socket is not None, "bind first"
        self._socket.listen()  # early requests wait until the server is ready, instead of being refused
        self._site = make_site(self.station)
        config = uvicorn.Config(
            self._site,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_OPEN_STREAMS_SECONDS,
            lifespan="on",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="pages", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; returns when the port is free."""
        if self._server is not None and self._thread is not None and self._site is not None:
            end_streams(self._site)
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()
