"""A web server on a free port of loopback, in a thread of its own, until its block ends."""

import threading
from http.server import ThreadingHTTPServer


class LoopbackServer:
    """Answers by `handler`, a class of `http.server`."""

    def __init__(self, handler):
        self._handler = handler

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def address(self, path):
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"
