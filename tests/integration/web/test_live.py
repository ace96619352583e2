import asyncio
import threading
import time

import pytest

from controller.http import live as live_module
from controller.http.live import Live, PageElement
from controller.runtime.changes import Changes

PATIENCE = 20


class Board:
    """Something to render, and how often it was."""

    def __init__(self, takes=0.0):
        self.said = {"mot": "1", "hai": "2"}
        self.renderings = 0
        self._takes = takes

    def render(self):
        self.renderings += 1
        until = time.thread_time() + self._takes
        while time.thread_time() < until:
            continue
        return [PageElement(name, f'<p id="{name}">{text}</p>') for name, text in self.said.items()]


class Reader:
    """One viewer's stream, read in the background."""

    def __init__(self, live, board, key="trang", is_welcome=lambda: True):
        self.messages = []
        self.task = asyncio.create_task(self._read(live.messages(key, board.render, is_welcome)))

    async def _read(self, messages):
        async for message in messages:
            self.messages.append(message.decode())

    async def until(self, count):
        async with asyncio.timeout(PATIENCE):
            while len(self.messages) < count:  # noqa: ASYNC110 - the reader is plain
                await asyncio.sleep(0.01)
        return self.messages[count - 1]


@pytest.fixture
def changes():
    return Changes()


def run(scene):
    asyncio.run(scene())


def test_a_viewer_gets_every_piece_first_and_then_only_what_differs(changes):
    board = Board()

    async def scene():
        live = Live(changes)
        reader = Reader(live, board)
        first = await reader.until(1)
        assert 'hx-target="#mot"' in first
        assert 'hx-target="#hai"' in first
        board.said["hai"] = "3"
        changes.note()
        second = await reader.until(2)
        assert '<p id="hai">3</p>' in second
        assert "#mot" not in second
        live.close()
        await asyncio.wait_for(reader.task, PATIENCE)

    run(scene)


def test_fifty_viewers_of_one_page_share_each_rendering(changes):
    board = Board()

    async def scene():
        live = Live(changes)
        readers = [Reader(live, board) for _ in range(50)]
        for reader in readers:
            await reader.until(1)
        assert board.renderings == 1
        board.said["mot"] = "x"
        changes.note()
        for reader in readers:
            assert ">x<" in await reader.until(2)
        assert board.renderings == 2
        live.close()
        await asyncio.wait_for(asyncio.gather(*(reader.task for reader in readers)), PATIENCE)

    run(scene)


def test_a_storm_of_changes_is_told_at_most_four_times_a_second(changes):
    board = Board()

    async def scene():
        live = Live(changes)
        began = time.monotonic()
        reader = Reader(live, board)
        await reader.until(1)
        for number in range(100):
            board.said["mot"] = str(number)
            changes.note()
            await asyncio.sleep(0.01)
        async with asyncio.timeout(PATIENCE):
            while ">99<" not in reader.messages[-1]:  # noqa: ASYNC110 - the reader is plain
                await asyncio.sleep(0.01)
        assert 3 <= len(reader.messages) <= 2 + (time.monotonic() - began) / live_module.LEAST_GAP
        live.close()
        await asyncio.wait_for(reader.task, PATIENCE)

    run(scene)


def test_a_page_that_is_dear_to_render_rests_the_longer(changes):
    board = Board(takes=0.06)

    async def scene():
        began = time.monotonic()
        live = Live(changes)
        reader = Reader(live, board)
        await reader.until(1)
        for number in range(100):
            board.said["mot"] = str(number)
            changes.note()
            await asyncio.sleep(0.01)
        assert board.renderings < (time.monotonic() - began) / live_module.LEAST_GAP
        live.close()
        await asyncio.wait_for(reader.task, PATIENCE)

    run(scene)


def test_when_nothing_differs_a_heartbeat_still_comes(changes, monkeypatch):
    monkeypatch.setattr(live_module, "HEARTBEAT", 0.3)
    board = Board()

    async def scene():
        live = Live(changes)
        reader = Reader(live, board)
        assert "event: nhip" in await reader.until(3)
        live.close()
        await asyncio.wait_for(reader.task, PATIENCE)

    run(scene)


def test_a_running_clock_is_no_difference():
    texts = [
        '<span data-until="x">còn {n} giây</span><progress data-since="x" max="9" value="{n}"></progress>',
        '<time datetime="x" data-ago="x">{n} giây trước</time>',
    ]
    for text in texts:
        assert PageElement("a", text.format(n=1)).digest == PageElement("a", text.format(n=2)).digest
    assert PageElement("a", "<span>1</span>").digest != PageElement("a", "<span>2</span>").digest


def test_a_viewer_who_is_no_longer_welcome_is_let_go_at_the_next_beat(changes, monkeypatch):
    monkeypatch.setattr(live_module, "HEARTBEAT", 0.3)
    board = Board()

    async def scene():
        live = Live(changes)
        reader = Reader(live, board, is_welcome=lambda: False)
        await asyncio.wait_for(reader.task, PATIENCE)
        assert len(reader.messages) <= 2

    run(scene)


def test_closing_from_another_thread_ends_all_streams_at_once(changes):
    board = Board()

    async def scene():
        live = Live(changes)
        readers = [Reader(live, board, key=n) for n in range(5)]
        for reader in readers:
            await reader.until(1)
        await asyncio.to_thread(live.close)
        await asyncio.wait_for(asyncio.gather(*(reader.task for reader in readers)), 20)

    run(scene)


def test_nobody_watches_when_nobody_looks(changes):
    board = Board()

    async def scene():
        live = Live(changes)
        reader = Reader(live, board)
        await reader.until(1)
        assert "live pages" in {thread.name for thread in threading.enumerate()}
        reader.task.cancel()
        async with asyncio.timeout(PATIENCE):
            while "live pages" in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        again = Reader(live, board)
        await again.until(1)
        board.said["mot"] = "mới"
        changes.note()
        assert "mới" in await again.until(2)
        live.close()
        await asyncio.wait_for(again.task, PATIENCE)

    run(scene)


def test_a_stream_is_for_those_who_are_signed_in(client):
    for path in ("/song", "/song/phat/x", "/song/cum-loa/x", "/song/duyet"):
        assert client.get(path).status_code == 401


def test_one_person_holds_no_more_streams_open_than_there_is_room_for(world, site, sign_in, monkeypatch):
    monkeypatch.setattr(live_module, "MOST_OF_ONE", 3)
    live = site.state.live
    officer = sign_in("canbo")
    live._viewers[world.officer.id] = 3
    reply = officer.get("/song")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "15")
    live.check_room(world.approver.id)
    live._leave(world.officer.id)
    live.check_room(world.officer.id)
    for _ in range(2):
        live._leave(world.officer.id)
    assert not live._is_watched()
