"""Two processes let in the same person for the first time at the same instant; PostgreSQL, two stores."""

import threading
from contextlib import closing
from datetime import timedelta

import pytest

from controller.features.accounts.provider_accounts import enter_by_provider
from controller.features.accounts.provider_rules import rules_in
from controller.features.accounts.sessions import operator_of_token
from controller.host.openid import OpenIdProvider
from controller.model.accounts import ProviderIdentity
from controller.model.provider import ProviderSaid, ProviderWay
from controller.store import Store
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.station_world import PROVINCE, PostgresWorlds
from tests.support.waiting import is_waiting, wait_until

SAID = ProviderSaid("https://so.example", "id-1", "an.nguyen", "Nguyễn Văn An", {"groups": ["can-bo"]})


@pytest.fixture
def world(postgres, tmp_path):  # noqa: F811 - the fixture
    with closing(PostgresWorlds(postgres)) as worlds:
        world = worlds.world(tmp_path)
        yield world
        world.store.close()


def test_both_get_in_by_the_account_that_was_opened_first(world):
    provider = OpenIdProvider(SAID.issuer, "loa", "bí mật")
    rules = rules_in(f"can-bo,officer,{PROVINCE}", administrators=False)
    way = ProviderWay(provider, "Sở", "groups", rules, timedelta(hours=8))
    tokens = []

    def enter():
        with closing(Store(world.store.url.render_as_string(hide_password=False))) as other:
            other.signer = world.store.signer
            tokens.append(enter_by_provider(other, way, SAID, address="::1", now=world.now, fresh=False))

    second = threading.Thread(target=enter)
    with world.store.write() as session:
        session.add(
            ProviderIdentity(
                issuer=SAID.issuer,
                subject=SAID.subject,
                operator=world.officer.id,
                governs=False,
                created_at=world.now,
            )
        )
        session.flush()
        second.start()
        assert wait_until(lambda: is_waiting(world.store))
    second.join(20)
    (token,) = tokens
    assert world.ask(operator_of_token, token, world.now).id == world.officer.id
