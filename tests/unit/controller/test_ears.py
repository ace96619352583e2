"""What a benchmark heard of its simulated loudspeakers."""

from controller.trial.bench_ground import Ears
from controller.trial.fleet_process import FleetProcesses


def test_the_first_sound_after_the_power_came_back_counts_not_the_last_one():
    ears = Ears(FleetProcesses([]))
    ears.begins = [("a", 1.0), ("b", 2.0), ("a", 12.0), ("a", 11.0), ("b", 30.0), ("kept its power", 11.0)]
    assert ears.first_since({"a": 10.0, "b": 10.0, "silent since": 10.0}) == {"a": 11.0, "b": 30.0}
