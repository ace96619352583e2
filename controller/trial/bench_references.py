"""References for deliveries: clients that only count bytes, over MQTT, bare sockets and nginx.

They run in as many processes as the simulated loudspeakers; see counting.py.
"""

import json
import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from controller.errors import StartFailed
from controller.host import child_process as child
from controller.runtime.sender import IN_FLIGHT
from controller.trial import children
from devices import topics
from devices.ids import RecordingId
from devices.link import Link

READY_S: Final = 120.0
DONE_S: Final = 150.0
"""Seconds to wait until all have connected, and until all have everything."""
_UP_S = 10.0
_HEAD = 128  # least bytes of an HTTP header, counted in addition to the body

_NGINX = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {home}/nginx.pid;
error_log {home}/nginx.log error;
events {{ worker_connections 19000; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_timeout 120;
  client_body_temp_path {home}; proxy_temp_path {home}; fastcgi_temp_path {home};
  uwsgi_temp_path {home}; scgi_temp_path {home};
  server {{ listen 127.0.0.1:{port} backlog=4096; root {home}; }}
}}
"""


@dataclass
class Counting:
    """All counting clients, in several processes."""

    processes: Sequence["subprocess.Popen[bytes]"]
    processor_seconds: float = 0.0
    """Processor time of all from ready to the end, where they report it."""

    def wait_ready(self) -> None:
        """Wait until all are connected (and have subscribed)."""
        each_line(self.processes, READY_S)

    def begin(self) -> None:
        """Tell them to request the data."""
        for process in self.processes:
            children.tell(process, "go")

    def seconds_since(self, began_at: float) -> float | None:
        """Return the time from an instant until the last client had everything; None: limit reached."""
        with suppress(StartFailed):
            told = each_line(self.processes, DONE_S)
            self.processor_seconds = sum(one.get("processor_seconds", 0.0) for one in told)
            return round(max(float(one["done_at"]) for one in told) - began_at, 3)
        return None


@contextmanager
def counting(be: str, clients: int, processes: int, **told: Any) -> Iterator[Counting]:
    """Start counting clients in several processes."""
    with ExitStack() as parts:
        started = []
        for n in range(processes):
            share = len(range(n, clients, processes))
            started.append(_start(parts, {"be": be, "clients": share, "name": f"count-{n}", **told}))
        yield Counting(started)


Reader = Literal["paho", "loa"]
"""By what counting clients read: the library as its makers ship it, or Loa's own links, past it."""
READERS: Final[tuple[Reader, ...]] = get_args(Reader)


def count_over_mqtt(
    reader: Reader, broker: str, chunks: Sequence[bytes], clients: int, processes: int
) -> tuple[float | None, float]:
    """Return how long the chunks take to all clients of the broker, and the processor time."""
    recording = RecordingId("0" * 64)
    told = {"broker": broker, "filter": topics.chunks(recording), "bytes": sum(map(len, chunks))}
    told |= {"reader": reader}
    with counting("mqtt", clients, processes, **told) as fleet:
        fleet.wait_ready()
        link = Link(broker, "loa-bench-count")
        link.start()
        try:
            children.wait_for(lambda: link.is_up, _UP_S)
            began_at = time.time()
            flying = []
            for n, chunk in enumerate(chunks):
                flying.append(link.publish(topics.chunk(recording, n), chunk, 1))
                while len(flying) >= IN_FLIGHT:
                    flying.pop(0).wait(DONE_S)
            return fleet.seconds_since(began_at), round(fleet.processor_seconds, 2)
        finally:
            link.stop()


def count_over_sockets(home: Path, body: bytes, clients: int, processes: int) -> float | None:
    """Return how long one thread with bare sockets takes to send the file to all clients."""
    file = home / "raw.bin"
    file.write_bytes(body)
    with ExitStack() as parts:
        server = _start(parts, {"be": "server", "file": str(file)})
        port = int(each_line([server], _UP_S)[0]["port"])
        return _count_raw(port, "?", len(body), clients, processes)


def count_over_nginx(home: Path, body: bytes, clients: int, processes: int) -> float | None:
    """Return how long nginx takes to send the file to all clients; None if it is not installed."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if nginx is None:
        return None
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    served = home / "nginx"
    served.mkdir()
    (served / "file.bin").write_bytes(body)
    conf = served / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf.write_text(user + _NGINX.format(home=served, port=port))
    with ExitStack() as parts:
        server = child.start([nginx, "-p", str(served), "-c", str(conf)], log=served / "start.log")
        parts.callback(child.stop, server)
        children.wait_for(lambda: _answers(port), _UP_S)
        asked = "GET /file.bin HTTP/1.1\r\nHost: loa\r\n\r\n"
        return _count_raw(port, asked, len(body) + _HEAD, clients, processes)


def _count_raw(port: int, request: str, size: int, clients: int, processes: int) -> float | None:
    told = {"host": "127.0.0.1", "port": port, "request": request, "bytes": size}
    with counting("raw", clients, processes, **told) as fleet:
        fleet.wait_ready()
        began_at = time.time()
        fleet.begin()
        return fleet.seconds_since(began_at)


def _start(parts: ExitStack, told: dict[str, Any]) -> "subprocess.Popen[bytes]":
    process = children.started("controller.trial.counting")
    parts.callback(children.end, process)
    children.tell(process, told)
    return process


def each_line(processes: Sequence["subprocess.Popen[bytes]"], seconds: float) -> list[dict[str, Any]]:
    """Return the next line of each; StartFailed if one writes nothing within the limit."""
    until = time.monotonic() + seconds
    lines = []
    for process in processes:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        line = process.stdout.readline() if ready else b""
        if not line:
            raise StartFailed("Phép đo đối chiếu không chạy hết được.", code="bench.reference")
        lines.append(json.loads(line))
    return lines


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
