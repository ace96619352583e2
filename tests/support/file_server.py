"""Serves named bytes on loopback over plain HTTP, with redirections and broken transfers on request."""

from http.server import BaseHTTPRequestHandler

from tests.support.loopback_server import LoopbackServer


class FileServer(LoopbackServer):
    """Answers GET by path from `files`; `turns` are redirections, `broken` paths end half-way."""

    def __init__(self, files):
        super().__init__(_answering(self))
        self.files, self.turns, self.broken = files, {}, set()
        self.asked = []


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
