"""Simulated loudspeakers never sign in as the station."""

import pytest

from controller.errors import BadInput
from controller.host.broker import refuse_fleet_at


def test_a_broker_that_asks_for_a_password_gets_no_simulated_loudspeakers():
    refuse_fleet_at("")
    refuse_fleet_at("mqtt://127.0.0.1:1883")
    with pytest.raises(BadInput) as refused:
        refuse_fleet_at("mqtts://station:secret@broker.example:8883")
    assert "--no-fleet" in refused.value.sentence
