"""A collector of traces on loopback: takes OTLP over HTTP and decodes it, as a process of its own or here."""

import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


def spans_in(body):
    """Decode one request: a line for each span."""
    for whole in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = {one.key: one.value.string_value for one in whole.resource.attributes}
        for scope in whole.scope_spans:
            for span in scope.spans:
                facts = {
                    one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes
                }
                yield {
                    "service": resource["service.name"],
                    "trace": span.trace_id.hex(),
                    "span": span.span_id.hex(),
                    "parent": span.parent_span_id.hex(),
                    "name": span.name,
                    "began": span.start_time_unix_nano,
                    "ended": span.end_time_unix_nano,
                    "facts": facts,
                }


class Collector(BaseHTTPRequestHandler):
    """Appends each span to a file, a JSON line each."""

    file = Path()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        with self.file.open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(span) + "\n" for span in spans_in(body))
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    Collector.file = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/v1/traces\n")
    sys.stdout.flush()
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever(0.05)
