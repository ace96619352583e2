"""Takes the pictures of docs/images from the real pages; `make screenshots` calls it."""

import argparse
import base64
import os
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from controller.features.accounts.service import disable_operator
from controller.features.plans.key_set_signing import sign_key_sets
from controller.settings import Settings
from tests.browser.days_shown import PHONE_THAT_SIGNS, sound_the_alarm, tell_a_day
from tests.browser.first_steps_shown import FIRST_STEPS, begin
from tests.browser.forms_shown import WAYS
from tests.browser.serving import CONTEXT, DESKTOP, LAUNCH, PHONE, serving
from tests.browser.shots import ALARM_SHOTS, LAST_SHOTS, SHOTS, SUFFIXES
from tests.integration.web.site_world import Seeds

IMAGES = Path(__file__).parents[2] / "docs" / "images"
GUIDE = Path(__file__).parents[2] / "controller" / "http" / "static" / "tro-giup"
SCREENS = dict(zip(SUFFIXES, (DESKTOP, PHONE | {"device_scale_factor": 1.25}), strict=True))
_SMALL = PHONE | {"device_scale_factor": 1, "viewport": {"width": 390, "height": 683}}
_TALLEST = 1500  # a picture in a document; the rest of a long page looks like its middle
_QUALITY = 50  # of WebP: letters stay sharp, a page is some 35 kB
_SETTLES = 400  # milliseconds until fonts, charts and the stream's first word are there


class Camera:
    """A browser that takes pictures of the story's pages into a folder."""

    def __init__(self, browser, server, seeds, folder, scheme="light"):
        self._browser, self._server, self._seeds = browser, server, seeds
        self._folder, self._scheme = folder, scheme

    def page_of(self, who, screen):
        """A new page, signed in."""
        context = self._browser.new_context(**CONTEXT, **screen, color_scheme=self._scheme)
        if who is not None:
            cookie = {"name": "loa", "value": self._seeds.tokens[who], "url": self._server.address}
            context.add_cookies([cookie])
        return context.new_page()

    def take_all(self, shots, shown):
        """Take these on each screen."""
        for suffix, screen in SCREENS.items():
            pages = {}
            for shot in shots:
                if shot.who not in pages:
                    pages[shot.who] = self.page_of(shot.who, screen)
                page = pages[shot.who]
                place = self._server.address + shot.place.format(**shown)
                reply = page.goto(place)
                there = reply.ok and page.url.partition("?")[0] == place.partition("?")[0]
                assert there, f"{shot.name}: {reply.status} at {page.url}"
                self.take(page, shot.name + suffix)
            for page in pages.values():
                page.context.close()

    def take_after_forms(self, ways, only):
        """Take the pages to which a form leads."""
        for name, way in ways.items():
            if only and name not in only:
                continue
            for suffix, screen in SCREENS.items():
                page = self.page_of(None, screen)
                way(page, self._server.address, self._server.world)
                self.take(page, name + suffix)
                page.context.close()

    def take(self, page, name):
        """Take one picture, as far down as a document needs."""
        expect(page.locator('main [aria-busy="true"]')).to_have_count(0)
        page.wait_for_timeout(_SETTLES)
        before = page.viewport_size
        height = max(min(page.evaluate("document.documentElement.scrollHeight"), _TALLEST), before["height"])
        page.set_viewport_size({"width": before["width"], "height": height})
        page.wait_for_timeout(150)
        session = page.context.new_cdp_session(page)
        found = session.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
        session.detach()
        (self._folder / f"{name}.webp").write_bytes(base64.b64decode(found["data"]))
        page.set_viewport_size(before)

    def take_for_the_guide(self, shown, folder):
        """Take the small pictures of the page Trợ giúp, one screen of a phone each."""
        folder.mkdir(parents=True, exist_ok=True)
        pictures = [
            ("canbo", "/", "hom-nay"),
            ("canbo", "/tao-ban-tin", "tao-ban-tin"),
            ("canbo", "/lich", "lich-phat"),
            ("duyet", f"/duyet/{shown['waiting']}", "cho-duyet"),
        ]
        for who, path, picture in pictures:
            page = self.page_of(who, _SMALL)
            page.goto(self._server.address + path)
            page.wait_for_timeout(_SETTLES)
            page.screenshot(path=folder / f"{picture}.png")
            page.context.close()


def main(folder, scheme="light", only=()):
    """Take every picture, or those named, on a wide screen and on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        seeds = Seeds(Path(kept))
        os.chdir(kept)  # so that the page of the settings shows no folder of this machine
        (Path(kept) / "world").mkdir()
        backups = {"backups": Path("/mnt/backup"), "backup_to": "age1" + 58 * "q"}
        settings = Settings(
            home=Path("var"), address=PHONE_THAT_SIGNS.origin, receipts_kept_years=1, **backups
        )
        world = seeds.world(Path(kept) / "world", settings=settings)
        shown = tell_a_day(world)
        world.do(sign_key_sets, root_key=seeds.root_key)
        browser = playwright.chromium.launch(**LAUNCH)
        with serving(world) as server:
            camera = Camera(browser, server, seeds, folder, scheme)
            camera.take_all([one for one in SHOTS if not only or one.name in only], shown)
            if not only and folder == IMAGES:
                camera.take_for_the_guide(shown, GUIDE)
            camera.take_after_forms(WAYS, only)
            alarm = [one for one in ALARM_SHOTS if not only or one.name in only]
            if alarm:
                shown["emergency_id"] = sound_the_alarm(world, shown["prepared"])
                camera.take_all(alarm, shown)
            if not only:
                world.do(disable_operator, world.people["quantri"].id, by=None)
                camera.take_all(LAST_SHOTS, shown)
        world.store.close()
        take_first_steps(browser, seeds, folder, scheme, only)
        browser.close()


def take_first_steps(browser, seeds, folder, scheme, only):
    """Take the pictures of a trial's first minutes."""
    (Path.cwd() / "trial").mkdir()
    world = seeds.world(Path.cwd() / "trial")
    begin(world)
    with serving(world) as server:
        Camera(browser, server, seeds, folder, scheme).take_after_forms(FIRST_STEPS, only)
    world.store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    parser.add_argument("--dark", action="store_const", const="dark", default="light", dest="scheme")
    parser.add_argument("--only", nargs="*", default=(), help="names of pictures")
    asked = parser.parse_args()
    main(asked.folder.resolve(), asked.scheme, asked.only)
