"""Serves named bytes on loopback over plain HTTP, with redirections and broken transfers on request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Answers GET by path from `files`; `turns` are redirections, `broken` paths end half-way."""

    def __init__(self, files):
        self.files, self.turns, self.broken = files, {}, set()
        self.asked = []

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def address(self, path):
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"


def _answering(files):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # the name that the library calls
            files.asked.append(self.path)
            if self.path in files.turns:
                self.send_response(302)
                self.send_header("Location", files.turns[self.path])
                self.end_headers()
                return
            content = files.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path in files.broken else content)

        def log_message(self, *_):
            pass

    return Handler
