"""`loa up` on a home that has its simulated loudspeakers: the same ones play again."""

from controller.trial.simulated import enrol_simulated
from tests.support.running_station import running


def test_a_second_start_finds_all_its_simulated_loudspeakers(tmp_path):
    with running(tmp_path, enrolled=False, nodes_per_commune=1, broker="embedded") as station:
        first = enrol_simulated(station, None)
        both = enrol_simulated(station, 2 * len(first))
        again = enrol_simulated(station, None)
    assert again[: len(first)] == first
    assert {node.id for node in again} == {node.id for node in both}, "none that played before is left out"
    assert len(again) == len(both) == 2 * len(first), "none plays twice"
