"""A clock that somebody set is not believed until it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.runtime.wall_clock_watch import WallClock

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Machine:
    """A machine's two clocks; only the test moves them."""

    def __init__(self):
        self.seconds, self.set_by = 1000.0, timedelta(0)
        self.clock = WallClock(self.now, lambda: self.seconds)

    def now(self):
        return NOON + timedelta(seconds=self.seconds) + self.set_by

    def beats(self, seconds, *, drift=0.0):
        """Return what the clock answers at each half second of so many."""
        answers = []
        for _ in range(int(seconds * 2)):
            self.seconds += 0.5
            self.set_by += timedelta(seconds=drift / 2)
            answers.append(self.clock.is_steady())
        return answers


@pytest.fixture
def machine():
    machine = Machine()
    assert machine.clock.is_steady()
    return machine


def test_a_clock_that_runs_or_is_disciplined_gently_is_believed(machine):
    assert all(machine.beats(600, drift=0.001))


def test_a_station_that_was_busy_for_an_hour_sees_no_jump(machine):
    machine.seconds += 3600
    assert machine.clock.is_steady()


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_a_clock_that_was_set_is_held_and_believed_again_once_it_stands(machine, hours):
    machine.set_by += timedelta(hours=hours)
    answers = machine.beats(30)
    held = answers.index(True)
    assert 38 <= held <= 42
    assert all(answers[held:])


def test_a_jump_that_is_taken_back_is_over_at_once(machine):
    machine.set_by += timedelta(hours=1)
    assert machine.beats(1) == [False, False]
    machine.set_by -= timedelta(hours=1)
    assert all(machine.beats(30))


def test_a_clock_that_is_set_again_and_again_is_held_no_longer_than_five_minutes(machine):
    answers = []
    for _ in range(400):
        machine.set_by += timedelta(minutes=10)
        answers += machine.beats(1)
        if answers[-1]:
            break
    assert len(answers) / 2 == pytest.approx(300, abs=2)


def test_the_log_says_that_the_clock_was_set_once_a_jump(machine, caplog):
    machine.set_by -= timedelta(hours=1)
    machine.beats(60)
    assert [line for line in caplog.messages if "-3600.0 s" in line] == [
        "the machine's clock was set by -3600.0 s; nothing is judged until it stands"
    ]
