"""The pure cores under crashes, restored backups and clocks that jump: whatever the order, the same end."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from controller.features.airings.delivery_state import Facts, fold
from controller.model.airing_states import AiringEvent, AiringState, DeliveryStage, is_possible
from controller.model.airing_states import after as airing_after
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinState,
    IllegalBulletinTransition,
    RenderingAction,
    RenderingState,
    after_rendering,
)
from controller.model.bulletin_states import after as bulletin_after
from controller.model.plan_states import next_version
from devices.messages import Receipt, ReceiptKind
from tests.support.nightly import examples

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
BUDGET = examples(60, stateful_step_count=25)


class Ladder(RuleBasedStateMachine):
    """One delivery: a node tells until it is acknowledged; the station crashes or is restored."""

    @initialize()
    def begin(self):
        self.facts = self.backup = Facts()
        self.done = []
        self.unacknowledged = []
        self.lost = False

    @rule(kind=st.sampled_from(ReceiptKind), heard=st.integers(0, 60_000))
    def the_node_does_something(self, kind, heard):
        number = len(self.done)
        told = Receipt(
            node="n1",
            seq=number + 1,
            previous="0" * 64,
            airing="a1",
            recording="0" * 64,
            kind=kind,
            at=NOW + timedelta(seconds=number),
            heard_ms=heard,
            volume=70,
        )
        self.done.append(told)
        self.unacknowledged.append(told)

    @rule(data=st.data(), dies=st.booleans())
    def receipts_come_in(self, data, dies):
        """In any order, any of them twice; killed before the commit, nothing was acknowledged."""
        if not self.unacknowledged:
            return
        some = data.draw(st.lists(st.sampled_from(self.unacknowledged), min_size=1))
        facts = self.facts
        for receipt in some:
            facts = fold(facts, receipt, 3_600_000)
        if not dies:
            self.facts = facts
            self.unacknowledged = [one for one in self.unacknowledged if one not in some]

    @rule()
    def a_backup_is_made(self):
        self.backup = self.facts

    @rule()
    def the_backup_is_restored(self):
        self.lost = self.lost or self.facts != self.backup
        self.facts = self.backup

    @invariant()
    def nothing_is_known_that_was_not_done(self):
        proved = {ReceiptKind.FETCHED: 1, ReceiptKind.STARTED: 2, ReceiptKind.FINISHED: 3}
        assert self.facts.rung <= max(
            (proved.get(one.kind, 0) for one in self.done), default=DeliveryStage.PLANNED
        )
        assert self.facts.heard_ms <= max((one.heard_ms for one in self.done), default=0)

    @invariant()
    def without_a_restored_backup_what_is_still_to_be_told_completes_it(self):
        if self.lost:
            return
        told, whole = self.facts, Facts()
        for receipt in self.unacknowledged:
            told = fold(told, receipt, 3_600_000)
        for receipt in self.done:
            whole = fold(whole, receipt, 3_600_000)
        assert told == whole


class Versions(RuleBasedStateMachine):
    """A plan's versions, as loudspeakers see them: they obey only what is newer."""

    @initialize()
    def begin(self):
        self.now = NOW
        self.version = self.backup = next_version(0, self.now)
        self.seen = [self.version]
        self.furthest, self.is_restored = self.now, False

    @rule(seconds=st.integers(1, 86_400))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.furthest = max(self.furthest, self.now)

    @rule()
    def a_backup_is_made(self):
        self.backup = self.version

    @rule()
    def a_backup_is_restored(self):
        # restoring takes its time: more milliseconds than plans were issued while the clock was behind
        self.now = max(self.now, self.furthest) + timedelta(minutes=1)
        self.version, self.is_restored = self.backup, True

    @rule(back=st.booleans())
    def the_clock_jumps_an_hour(self, back):
        if back and self.is_restored:
            return  # both at once is beyond it: loudspeakers wait until the clock has come as far again
        self.now += timedelta(hours=-1 if back else 1)
        self.furthest = max(self.furthest, self.now)

    @rule(many=st.integers(1, 5))
    def plans_are_issued(self, many):
        for _ in range(many):
            self.version = next_version(self.version, self.now)
            self.seen.append(self.version)
            self.is_restored = False
            self.now += timedelta(milliseconds=1)
            self.furthest = max(self.furthest, self.now)

    @invariant()
    def each_is_newer_than_all_before(self):
        assert self.seen == sorted(set(self.seen))


class Lives(RuleBasedStateMachine):
    """Bulletin, rendering and airing, kept as words in rows and read again after each crash."""

    @initialize()
    def begin(self):
        self.bulletin, self.rendering = BulletinState.DRAFT, RenderingState.WAITING
        self.airing, self.was_aired = AiringState.PLANNED, False

    @rule(action=st.sampled_from(BulletinAction))
    def somebody_acts(self, action):
        before = self.bulletin
        try:
            self.bulletin = bulletin_after(before, action)
        except IllegalBulletinTransition:
            assert self.bulletin is before

    @rule(action=st.sampled_from(RenderingAction))
    def the_renderer_acts(self, action):
        before = self.rendering
        try:
            self.rendering = after_rendering(before, action)
        except IllegalBulletinTransition:
            assert self.rendering is before

    @rule(event=st.sampled_from(AiringEvent))
    def a_beat_finds(self, event):
        if is_possible(self.airing, event):
            self.airing = airing_after(self.airing, event)
        self.was_aired = self.was_aired or self.airing is AiringState.AIRED

    @rule()
    def the_station_is_killed_and_reads_its_rows(self):
        self.bulletin = BulletinState(self.bulletin.value)
        self.rendering = RenderingState(self.rendering.value)
        self.airing = AiringState(self.airing.value)

    @invariant()
    def what_was_aired_stays_aired(self):
        assert not self.was_aired or self.airing is AiringState.AIRED


TestLadder, TestVersions, TestLives = Ladder.TestCase, Versions.TestCase, Lives.TestCase
TestLadder.settings = TestVersions.settings = TestLives.settings = BUDGET
