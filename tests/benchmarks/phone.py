"""How soon a page shows on a phone with a slow line, and how much of it moves afterwards: real Chromium.

First is the first byte of the page, paint the first thing seen, LCP when the largest piece in view stood
there, CLS how far pieces were pushed (both as web.dev has them). Each page is opened anew with nothing kept:
1.6 Mbit/s, 150 ms there and back, a processor of a quarter.
"""

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from controller.settings import Settings
from tests.browser.days_shown import sound_the_alarm, tell_a_day
from tests.browser.serving import CONTEXT, LAUNCH, PHONE, serving
from tests.integration.web.site_world import NHA_TRANG, Seeds

RUNS = 5
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}  # bytes/s
SLOWER = 4  # than this machine's processor
SETTLES = 1500  # ms after everything has come
WATCH = """() => {
  const seen = window.loaSeen = { lcp: 0, what: "", cls: 0, moved: [] };
  const html = (node) => node?.outerHTML?.slice(0, 60) || "";
  const watch = (type, act) => {
    new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
  };
  watch("largest-contentful-paint", (one) => { seen.lcp = one.startTime; seen.what = html(one.element); });
  watch("layout-shift", (one) => {
    if (one.hadRecentInput) return;
    seen.cls += one.value;
    seen.moved.push(...one.sources.map((from) => html(from.node)));
  });
}"""
SEEN = """() => {
  const [visit] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return { ...window.loaSeen, first: visit.responseStart, paint: paint.startTime };
}"""


def look(browser, server, path, token):
    """Open a page once; return what was seen and how many bytes came."""
    context = browser.new_context(**(CONTEXT | PHONE))
    if token:
        context.add_cookies([{"name": "loa", "value": token, "url": server.address}])
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes = []
    line.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    page.goto(server.address + path, wait_until="load", timeout=60_000)
    page.wait_for_timeout(SETTLES)
    seen = page.evaluate(SEEN)
    context.close()
    return seen | {"bytes": sum(sizes)}


def report(browser, server, pages):
    """Print one line a page: the median of some visits, and the worst shift."""
    print(f"{'page':<38}{'first s':>8}{'paint s':>8}{'LCP s':>7}{'CLS':>8}{'kB':>7}  largest piece")  # noqa: T201
    for name, path, token in pages:
        seen = [look(browser, server, path, token) for _ in range(RUNS)]
        worst = max(seen, key=lambda one: one["cls"])
        first, paint, lcp, size = (
            median(one[what] for one in seen) / 1000 for what in ("first", "paint", "lcp", "bytes")
        )
        figures = f"{first:>8.2f}{paint:>8.2f}{lcp:>7.2f}{worst['cls']:>8.3f}{size:>7.0f}"
        print(f"{name:<38}{figures}  {seen[0]['what']}")  # noqa: T201
        if worst["moved"]:
            print(f"{'':<38}moved: {sorted(set(worst['moved']))}")  # noqa: T201


def main():
    """Measure what a listener and a commune officer open first."""
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        seeds = Seeds(Path(kept))
        (Path(kept) / "world").mkdir()
        settings = Settings(home=Path(kept), address="http://loa.example")
        world = seeds.world(Path(kept) / "world", settings=settings)
        shown = tell_a_day(world)
        browser = playwright.chromium.launch(**LAUNCH)
        commune = seeds.tokens["xanhatrang"]
        with serving(world) as server:
            place = f"/cong-khai/{NHA_TRANG}"
            report(
                browser, server, [("a commune's public page", place, ""), ("all communes", "/cong-khai", "")]
            )
            report(browser, server, [("a commune officer's home", "/", commune)])
            sound_the_alarm(world, shown["prepared"])
            report(browser, server, [("public page, in an emergency", place, "")])
        browser.close()
        world.store.close()


if __name__ == "__main__":
    main()
