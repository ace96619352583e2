"""What a page shows of a form follows the newest change, however slowly the station answers."""

import time
from urllib.parse import parse_qs

from playwright.sync_api import expect

from tests.browser.serving import everywhere

_PATIENCE = 20.0
_PAST_THE_DELAY = 400  # ms; the previews wait 300 ms after a change


class FirstHeld:
    """Holds the first request of a preview until it is released; notes the times asked for."""

    def __init__(self, page, place):
        self.held, self.times = None, []
        self._page = page
        page.route(place, self._on_request)

    def _on_request(self, route):
        self.times += parse_qs(route.request.post_data).get("gio", [""])
        if self.held is None:
            self.held = route
        else:
            route.continue_()

    def wait(self):
        self._wait(lambda: self.held is not None)

    def wait_for(self, at):
        """Wait until the station was asked with that time."""
        self._wait(lambda: self.times[-1] == at)

    def _wait(self, is_so):
        until = time.monotonic() + _PATIENCE
        while not is_so():
            assert time.monotonic() < until, self.times
            self._page.wait_for_timeout(20)

    def release(self):
        self.held.continue_()


def type_times(page, *times):
    """Type one time after the other into the field, each long enough for its request."""
    for at in times:
        page.get_by_label("Giờ phát" if page.locator("#mau-lich").count() else "Giờ", exact=True).fill(at)
        page.keyboard.press("Tab")
        page.wait_for_timeout(_PAST_THE_DELAY)


def approved(world):
    bulletin, _ = world.submitted("Bản tin sáng")
    world.approve(bulletin)
    return bulletin


def test_a_schedules_preview_ends_at_the_newest_time(world, open_page):
    page = open_page("canbo", f"/lich/tao?ban_tin={approved(world)}")
    first = FirstHeld(page, "**/lich/xem-truoc")
    page.get_by_label("Hằng ngày").check()
    first.wait()
    type_times(page, "05:20", "05:30")
    first.release()
    expect(page.locator("#xem-truoc")).to_contain_text("05:30 hằng ngày")


def test_the_number_of_times_of_a_schedule_is_typed_without_an_error(open_page):
    page = open_page("canbo", "/lich/tao")
    page.get_by_label("Hằng ngày").check()
    page.get_by_label("Sau số lần").check()
    page.get_by_label("Số lần phát").fill("5")
    page.keyboard.press("Tab")  # a field has changed when it is left
    expect(page.locator("#xem-truoc")).to_contain_text("5 lần")


def test_a_plans_warning_is_of_the_newest_time(world, open_page):
    page = open_page("canbo", f"/ban-tin/{approved(world)}/dat-lich")
    first = FirstHeld(page, "**/kip-gio")
    everywhere(page)
    page.get_by_label("Giờ khác").check()
    first.wait()
    type_times(page, "05:20", "05:30")
    first.release()
    first.wait_for("05:30")
