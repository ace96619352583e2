"""Two stations never run on one home."""

import pytest

from controller.app import Controller
from controller.errors import StartFailed
from controller.settings import Settings
from tests.support.running_station import ENGINES, running


def test_a_second_station_on_one_home_does_not_start_and_the_first_goes_on(tmp_path):
    with running(tmp_path / "home", speech_workers=0, broker="embedded") as first:
        settings = Settings(home=tmp_path / "home", port=0, speech_workers=0, broker="embedded")
        second = Controller(settings, engines=ENGINES, serve_pages=False)
        with pytest.raises(StartFailed) as refused:
            second.start()
        assert refused.value.code == "station.home_in_use"
        assert second.broker is None
        with first.store.write():
            assert first.broker.is_running()
