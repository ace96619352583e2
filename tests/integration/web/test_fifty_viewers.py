import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.serving import serving

VIEWERS = 50
PATIENCE = 60
pytestmark = pytest.mark.slow


async def watch(server, token, news):
    """Open the stream of Hôm nay as a browser would, see the words of `news`, and look on until it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = f"GET /song HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: loa={token}\r\n\r\n"
    writer.write(request.encode())
    seen = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while "hx-partial" not in seen:
                seen += (await reader.read(65536)).decode(errors="replace")
            news.ready.release()
            while news.words not in seen:
                seen = seen[-2000:] + (await reader.read(65536)).decode(errors="replace")
            news.seen.release()
            while await reader.read(65536):
                pass
    finally:
        writer.close()


class News:
    words = "Thông báo cắt điện"

    def __init__(self):
        self.ready, self.seen = asyncio.Semaphore(0), asyncio.Semaphore(0)


def test_fifty_viewers_see_news_and_the_server_stops_while_they_look(world, seeds):
    world.bring_online()
    all_saw = threading.Event()

    async def scene(server):
        news = News()
        viewers = [asyncio.create_task(watch(server, seeds.tokens["canbo"], news)) for _ in range(VIEWERS)]
        for _ in viewers:
            await asyncio.wait_for(news.ready.acquire(), PATIENCE)
        await asyncio.to_thread(world.submitted, News.words, rendered=False)
        for _ in viewers:
            await asyncio.wait_for(news.seen.acquire(), PATIENCE)
        all_saw.set()
        await asyncio.gather(*viewers)

    # a thread of its own: browser tests of the same session leave a running loop in this one
    with ThreadPoolExecutor(1) as pool:
        with serving(world) as server:
            looked = pool.submit(lambda: asyncio.run(scene(server)))
            assert all_saw.wait(PATIENCE)
        looked.result(PATIENCE)  # each stream came to its end, which is that of the server
