"""Whatever happens to a loudspeaker, in whatever order: what must never be, never is."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from devices.ids import Grade, Role
from devices.jose import SigningKey
from devices.node.events import Ended
from devices.receipt_signing import NOTHING_BEFORE
from simulator.speakers import Began, Over
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import MORNING, Scene
from tests.support.nightly import examples
from tests.support.world import Network

QUIET = (MORNING + timedelta(minutes=6), MORNING + timedelta(minutes=9))
"""Policy's quiet hours, 10:06 to 10:09 in the station's zone."""
LOUDEST = 70
TOLERANCE_S = 0.05
"""What a disciplined clock may be wrong by on this network."""
PAUSE_MS = 1_000
"""Between the rounds of a repeated emergency."""
LENGTHS_MS = (2_000, 15_000, 45_000)


class Life(RuleBasedStateMachine):
    """One node, one station, a bad network, and everything that can go wrong between them."""

    @initialize(
        seed=st.integers(0, 2**16), loss=st.sampled_from([0.0, 0.3]), doubled=st.sampled_from([0.0, 0.5])
    )
    def begin(self, seed, loss, doubled):
        self.scene = Scene(seed, network=Network(loss=loss, doubled=doubled))
        self.station = self.scene.station
        self.station.publish_policy("56", quiet=[("10:06", "10:09")], loudest=LOUDEST)
        self.stranger = SigningKey.generate(Role.APPROVER, self.scene.now - timedelta(days=1), YEAR)
        self.recordings = [
            self.station.add_recording(bytes([n]) * 9000, ms) for n, ms in enumerate(LENGTHS_MS)
        ]
        self.airings = {}
        self.unapproved = set()
        self.is_plugged = True
        self.scene.run(2)

    @rule(seconds=st.sampled_from([0.01, 0.4, 3.0, 11.0, 40.0]))
    def time_passes(self, seconds):
        self.scene.run(seconds)

    @rule(
        in_s=st.sampled_from([1, 6, 20]),
        n=st.integers(0, 2),
        grade=st.sampled_from(list(Grade)),
        volume=st.sampled_from([50, 100]),
        approved=st.sampled_from([True, True, False]),
        where=st.sampled_from(["56", "56.1", "n0"]),
        rounds=st.sampled_from([1, 1, 3]),
    )
    def an_airing_is_planned(self, *, in_s, n, grade, volume, approved, where, rounds):
        name, recording = f"a{len(self.airings)}", self.recordings[n]
        approval = self.station.approval(recording, None if approved else self.stranger)
        every_ms = LENGTHS_MS[n] + PAUSE_MS if grade is Grade.EMERGENCY and rounds > 1 else None
        airing = self.station.airing(
            name,
            recording,
            self.scene.in_s(in_s),
            LENGTHS_MS[n] if every_ms is None else every_ms * rounds - PAUSE_MS,
            grade=grade,
            volume=volume,
            approval=approval,
            every_ms=every_ms,
        )
        self.airings[name] = (where, airing)
        if not approved:
            self.unapproved.add(name)
        self.publish(where)

    @precondition(lambda self: self.airings)
    @rule(data=st.data())
    def an_airing_is_withdrawn(self, data):
        name = data.draw(st.sampled_from(sorted(self.airings)))
        target, airing = self.airings[name]
        self.airings[name] = (None, airing)
        if target is not None:
            self.publish(target)

    @precondition(lambda self: self.airings)
    @rule(data=st.data(), in_s=st.sampled_from([1, 8]), seconds=st.sampled_from([0.3, 30.0]))
    def an_airing_is_planned_once_more(self, data, in_s, seconds):
        name = data.draw(st.sampled_from(sorted(self.airings)))
        where, airing = self.airings[name]
        at = self.scene.in_s(in_s)
        again = airing.model_copy(update={"starts_at": at, "latest_start_at": at + timedelta(minutes=5)})
        self.airings[name] = (where or "56", again)
        self.publish(where or "56")
        self.scene.run(seconds)

    @precondition(lambda self: self.scene.node.is_on)
    @rule(after_s=st.sampled_from([2.0, 18.0, 47.0]), silent=st.booleans())
    def power_blinks(self, after_s, silent):
        self.station.is_silent = silent
        self.scene.run(after_s)
        self.scene.world.switch_off(self.scene.node)
        self.scene.run(2)
        self.power_comes()

    def publish(self, target):
        self.station.publish_plan(
            target, *(airing for owner, airing in self.airings.values() if owner == target)
        )

    @precondition(lambda self: self.scene.node.is_on)
    @rule()
    def power_goes(self):
        self.scene.world.switch_off(self.scene.node)

    @precondition(lambda self: not self.scene.node.is_on)
    @rule()
    def power_comes(self):
        self.scene.world.switch_on(self.scene.node)
        self.is_plugged = True

    @precondition(lambda self: self.scene.node.is_on and self.is_plugged)
    @rule()
    def network_goes(self):
        self.scene.world.unplug(self.scene.node)
        self.is_plugged = False

    @precondition(lambda self: self.scene.node.is_on and not self.is_plugged)
    @rule()
    def network_comes(self):
        self.scene.world.plug_in(self.scene.node)
        self.is_plugged = True

    @rule(silent=st.booleans())
    def the_station_goes_or_comes(self, silent):
        self.station.is_silent = silent

    @rule(step_s=st.sampled_from([0.3, -0.3, 5.0]))
    def the_raw_clock_is_set_while_the_station_answers(self, step_s):
        # A clock that is set while nobody can be asked is beyond what any node could notice.
        can_ask = self.scene.node.is_on and self.is_plugged and not self.station.is_silent
        if can_ask and self.scene.world.bank.sounding() == 0:
            self.scene.node.crystal.offset += timedelta(seconds=step_s)
            self.scene.run(45)

    @invariant()
    def nothing_unapproved_is_heard(self):
        assert not self.unapproved & {sound.arm.airing for sound in self.sounds()}

    @invariant()
    def nothing_is_heard_after_it_was_heard_to_its_end(self):
        done = set()
        for sound in self.sounds():
            assert sound.arm.airing not in done
            if isinstance(sound, Over) and sound.why is Ended.RAN_OUT and not self.is_repeated(sound):
                done.add(sound.arm.airing)

    @invariant()
    def one_thing_sounds_at_a_time(self):
        sounding = None
        for sound in self.sounds():
            if isinstance(sound, Began):
                assert sounding is None
                sounding = sound.arm.airing
            else:
                assert sounding == sound.arm.airing
                sounding = None

    @invariant()
    def policy_is_obeyed(self):
        for sound in self.sounds():
            assert sound.arm.volume <= LOUDEST
            if isinstance(sound, Over) and self.airings[sound.arm.airing][1].grade is not Grade.EMERGENCY:
                begins, ends = (datetime.fromtimestamp(at, UTC) for at in (sound.began_at, sound.true_at))
                overlap = (min(ends, QUIET[1]) - max(begins, QUIET[0])).total_seconds()
                assert overlap <= TOLERANCE_S

    @invariant()
    def no_receipt_of_an_end_comes_twice(self):
        for name in getattr(self, "airings", ()):
            assert self.scene.kinds(name).count("finished") <= 1

    @invariant()
    def plans_that_count_as_met_have_nothing_more_to_tell(self):
        node = self.scene.node if hasattr(self, "scene") else None
        if node is None or not node.is_on:
            return
        now = node.crystal.raw(self.scene.now)
        choosing, station = node.brain._choosing, node.brain.clock.station(now)
        if choosing._is_met(station, now):
            planned, wanted = choosing.planned, choosing._wanted
            assert choosing._meet_all(station, now) == ([], wanted)
            assert choosing.planned == planned

    def sounds(self):
        return self.scene.world.sounds if hasattr(self, "scene") else []

    def is_repeated(self, sound):
        return self.airings[sound.arm.airing][1].every_ms is not None

    def receipts_are_numbered_and_chained(self):
        """Over all reboots and power cuts: each number once, and each receipt names the one before it."""
        told = {receipt.seq: (name, receipt) for name, (_, receipt) in self.station.receipts.items()}
        assert sorted(told) == list(range(1, len(self.station.receipts) + 1))
        names = [NOTHING_BEFORE, *(told[seq][0] for seq in sorted(told))]
        assert [told[seq][1].previous for seq in sorted(told)] == names[:-1]

    def teardown(self):
        if not hasattr(self, "scene"):
            return
        self.station.is_silent = False
        if not self.scene.node.is_on:
            self.power_comes()
        elif not self.is_plugged:
            self.network_comes()
        self.scene.run(200)
        left = [
            name for name in self.scene.world.disk(self.scene.node).documents if name.startswith("receipt/")
        ]
        assert left == []
        self.receipts_are_numbered_and_chained()
        heard = {
            sound.arm.airing
            for sound in self.sounds()
            if isinstance(sound, Over) and sound.why is Ended.RAN_OUT and not self.is_repeated(sound)
        }
        finished = {name for name in self.airings if "finished" in self.scene.kinds(name)}
        assert heard <= finished


TestLife = Life.TestCase
TestLife.settings = examples(40, stateful_step_count=25)
