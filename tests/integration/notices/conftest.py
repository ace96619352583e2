"""A station whose outbox is sent to real receivers on loopback."""

from dataclasses import dataclass
from itertools import count

import pytest

from controller.features.notice_ways.service import WantedNotices, add_push
from controller.host.web_push import public_push_key
from controller.model.notice_ways import NoticeTopic
from controller.runtime.notice_sender import NoticeSender, ways_by
from controller.settings import Settings
from tests.support.notice_receivers import PostServer, SubscribedBrowser

EVERYTHING = WantedNotices(list(NoticeTopic))
SETTINGS = Settings(push_services="127.0.0.1", address="https://loa.example")


@pytest.fixture
def server():
    with PostServer() as server:
        yield server


@dataclass
class Phone:
    """A person's phone that takes pushes."""

    world: object
    browser: SubscribedBrowser
    row: object

    @property
    def got(self):
        return self.browser.read(public_push_key(self.world.store.signer))


@pytest.fixture
def phone_of(world, server):
    """Returns a phone of a person, subscribed."""
    numbers = count(1)

    def made(person, wanted=EVERYTHING):
        browser = SubscribedBrowser(server, f"/push/{next(numbers)}")
        row = world.do(
            add_push,
            name="Điện thoại",
            endpoint=browser.endpoint,
            keys=browser.keys,
            wanted=wanted,
            settings=SETTINGS,
            by=person,
        )
        return Phone(world, browser, row)

    return made


@pytest.fixture
def sender(world):
    """The station's sender, by the test's clock."""
    made = NoticeSender(world.store, ways_by(SETTINGS, world.store.signer), lambda: world.now, lambda: True)
    world.store.on_commit(made.decided)
    made.start()
    yield made
    made.stop()
