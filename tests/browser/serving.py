"""A site on a real port, and the browser that looks at it; used by the browser tests and the screenshots."""

import contextlib
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import expect

from controller.site import end_streams
from tests.integration.web.site_world import PASSWORDS
from tests.support.nightly import amount
from tests.support.ports import free_port
from tests.support.shared_site import site_before

CHROMIUM = Path("/usr/bin/chromium-headless-shell")  # without windows and tool bars, a fifth of the work
LAUNCH = {
    "executable_path": str(CHROMIUM),
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--js-flags=--no-opt,--no-maglev",  # no page lives long enough to gain by it
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        "--host-resolver-rules=MAP loa.example 127.0.0.1",
    ],
}
CONTEXT = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "service_workers": "block"}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1,
    "is_mobile": True,
    "has_touch": True,
}
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
BOTH_SCREENS = pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
BY_DAY = amount({"phone": PHONE}, SCREENS)
"""For what does the same on both: `test_legible` looks at every page in both widths each time."""
ON_SCREENS = pytest.mark.parametrize("screen", BY_DAY.values(), ids=BY_DAY)
_PATIENCE = 60.0  # a loaded machine is slow, not wrong


class Server:
    """One uvicorn in a thread; the port stays the same over a stop and a start."""

    def __init__(self, world, **tls):
        self.world, self._tls = world, tls
        self.port = free_port()
        self._server = self._thread = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.site = site_before(self.world)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.site,
                host="127.0.0.1",
                port=self.port,
                log_config=None,
                timeout_graceful_shutdown=1,
                **self._tls,
            )
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + _PATIENCE
        while not self._server.started:
            assert time.monotonic() < until, "the server did not start"
            assert self._thread.is_alive(), "the server ended at once"
            time.sleep(0.01)

    def stop(self):
        end_streams(self.site)
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive(), "the server did not stop"


@contextlib.contextmanager
def serving(world, **tls):
    """Serve a world; `tls`: the files of a certificate, as uvicorn names them."""
    server = Server(world, **tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def start_player(world, page):
    """Play the recording at four times its speed; the world's clock gets the time a person needs."""
    with page.expect_response("**/tep/*.mp3"):
        page.locator("#nghe audio").evaluate("one => { one.playbackRate = 4; one.play() }")
    world.later(seconds=8)


def listen(world, page):
    """Play the recording to its end."""
    start_player(world, page)
    expect(page.locator("#da-nghe")).to_contain_text("Bạn đã nghe hết.", timeout=15_000)


def listen_in_two_parts(world, page):
    """Play a part of the recording, then what the page says is left."""
    expect(page.locator("#da-nghe")).to_contain_text("thì duyệt được")
    start_player(world, page)
    page.wait_for_function("() => document.querySelector('#nghe audio').currentTime > 2")
    page.locator("#nghe audio").evaluate("one => one.pause()")
    expect(page.locator("#da-nghe")).to_contain_text("Chưa nghe đoạn từ 0:0")
    page.get_by_role("button", name="Nghe đoạn ấy").click()
    expect(page.locator("#da-nghe")).to_contain_text("Bạn đã nghe hết.", timeout=15_000)


def everywhere(page):
    """Choose the whole province, and say so once more."""
    page.get_by_role("radio", name="Toàn tỉnh").check()
    page.get_by_label("Đúng, loa ở cả 65 xã, phường sẽ phát").check()


def sign_in(page, address, name):
    page.goto(f"{address}/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORDS[name])
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{address}/")
