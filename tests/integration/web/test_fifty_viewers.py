import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.serving import serving

VIEWERS = 50
pytestmark = pytest.mark.slow


async def watch(server, token, news, patience=10):
    """Open the stream of Hôm nay as a browser would; return seconds until the words of `news` come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = f"GET /song HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: loa={token}\r\n\r\n"
    writer.write(request.encode())
    seen = ""
    try:
        async with asyncio.timeout(patience):
            while "hx-partial" not in seen:
                seen += (await reader.read(65536)).decode(errors="replace")
            news.ready.release()
            while news.words not in seen:
                seen = seen[-2000:] + (await reader.read(65536)).decode(errors="replace")
        return time.monotonic() - news.told_at
    finally:
        writer.close()


class News:
    words = "Thông báo cắt điện"
    told_at = 0.0

    def __init__(self):
        self.ready = asyncio.Semaphore(0)


def test_fifty_viewers_see_news_within_two_seconds_and_the_server_still_stops_at_once(world, seeds):
    world.bring_online()

    async def scene(server):
        news = News()
        viewers = [asyncio.create_task(watch(server, seeds.tokens["canbo"], news)) for _ in range(VIEWERS)]
        for _ in viewers:
            await asyncio.wait_for(news.ready.acquire(), 10)
        news.told_at = time.monotonic()
        await asyncio.to_thread(world.submitted, News.words, rendered=False)
        return await asyncio.gather(*viewers)

    # a thread of its own: browser tests of the same session leave a running loop in this one
    with serving(world) as server, ThreadPoolExecutor(1) as pool:
        waits = pool.submit(lambda: asyncio.run(scene(server))).result(60)
        began = time.monotonic()
    assert max(waits) < 2
    assert time.monotonic() - began < 2
