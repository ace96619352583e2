"""Timing, spread, versions, wording, sealing, node status: the small pure parts."""

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import BadInput
from controller.features.accounts import encryption as sealing
from controller.features.accounts.encryption import Cost, Sealing, WrongSecret, seal, unseal
from controller.features.airings.queries import spread_of
from controller.features.airings.timing import start_for
from controller.features.fleet.faults import SILENT_AFTER, NodeFacts, reported_faults
from controller.features.fleet.status import NodeStatus, status_of
from controller.model.new_ids import new_id
from controller.model.plan_states import is_worn, next_version
from controller.model.times import Times
from controller.model.wording import (
    PLAIN,
    Manner,
    ReadingPace,
    clean_manner,
    clean_text,
    clean_title,
    digest_of,
    with_words_of,
    words_with,
)
from devices.ids import Grade

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
LEAD = timedelta(seconds=5)


def seconds(amount):
    return NOW + timedelta(seconds=amount)


def test_an_airing_in_good_time_starts_when_it_was_asked_for():
    assert start_for(seconds(60), seconds(600), Grade.ROUTINE, NOW, LEAD) == seconds(60)


def test_a_late_airing_gets_its_lead_while_that_is_not_too_late():
    assert start_for(seconds(-60), seconds(5), Grade.ROUTINE, NOW, LEAD) == seconds(5)
    assert start_for(seconds(-60), seconds(4), Grade.ROUTINE, NOW, LEAD) is None


def test_an_emergency_always_starts():
    assert start_for(seconds(-9000), seconds(-8000), Grade.EMERGENCY, NOW, LEAD) == seconds(5)


def test_a_bigger_recording_needs_a_longer_lead():
    times = Times(least_lead=LEAD, bytes_per_second=1000)
    assert times.lead(3000, 0) == timedelta(seconds=8)


def test_more_nodes_need_a_longer_lead_by_what_the_line_carries_to_all_of_them():
    times = Times(least_lead=LEAD, bytes_per_second=1000, uplink_bytes_per_second=100_000)
    assert times.lead(3000, 50) == LEAD + timedelta(seconds=3) + 50 * times.each_node
    assert times.lead(3000, 1000) == LEAD + timedelta(seconds=30) + 1000 * times.each_node


def test_the_spread_is_counted_by_nearest_rank():
    spread = spread_of(NOW, [NOW + timedelta(milliseconds=n) for n in range(1, 101)])
    assert (spread.nodes, spread.p50, spread.p99, spread.max) == (100, 50.0, 99.0, 100.0)
    early = spread_of(NOW, [NOW - timedelta(milliseconds=7)])
    assert (early.p50, early.p99, early.max) == (7.0, 7.0, 7.0)
    assert spread_of(NOW, []) is None


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=50))
def test_the_spreads_percentiles_are_ordered_and_reached(offsets):
    spread = spread_of(NOW, [NOW + timedelta(milliseconds=n) for n in offsets])
    assert spread.p50 <= spread.p99 <= spread.max == max(map(abs, offsets))


@given(st.integers(0, 2**52))
def test_a_version_grows_whatever_the_clock_or_a_backup_says(previous):
    version = next_version(previous, NOW)
    assert version > previous
    assert version >= int(NOW.timestamp() * 1000)


def test_a_document_is_worn_when_less_than_half_of_its_life_remains():
    assert not is_worn(NOW, seconds(100), seconds(50))
    assert is_worn(NOW, seconds(100), seconds(51))


def test_one_text_has_one_digest_however_it_was_typed():
    composed, decomposed = (unicodedata.normalize(form, "Uỷ ban") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert digest_of(clean_text(composed)) == digest_of(clean_text(f"  {decomposed}\r\n"))
    assert digest_of("Uỷ ban") != digest_of("Ủy ban")


@pytest.mark.parametrize("text", ["", " \n\t ", "chữ\x00", "<b>đậm</b>", "a" * 200_000, "\ud800"])
def test_a_text_that_cannot_be_read_out_is_refused_with_a_sentence(text):
    with pytest.raises(BadInput) as refused:
        clean_text(text)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("title", ["", "  ", "a" * 301, "tiêu đề\x07"])
def test_a_title_is_one_readable_line(title):
    with pytest.raises(BadInput):
        clean_title(title)
    assert clean_title(" Lịch \n tiêm ") == "Lịch tiêm"


def test_a_seal_opens_only_with_its_password_and_for_its_holder():
    sealed = seal(b"secret", Sealing.by("mật khẩu"), "kid/holder")
    assert unseal(sealed, "mật khẩu", "kid/holder") == b"secret"
    assert b"secret" not in sealed
    for changed, password, context in (
        (sealed, "mật khẩu khác", "kid/holder"),
        (sealed, "mật khẩu", "kid/another"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "mật khẩu", "kid/holder"),
        (b"", "mật khẩu", "kid/holder"),
        (sealed[:1] + b"\x00" + sealed[2:], "mật khẩu", "kid/holder"),  # no work at all
        (sealed[:3] + b"\xff" * 4 + sealed[7:], "mật khẩu", "kid/holder"),  # more memory than there is
    ):
        with pytest.raises(WrongSecret):
            unseal(changed, password, context)


def test_a_seal_opens_whatever_guessing_cost_when_it_was_made(monkeypatch):
    key = bytes.fromhex("1898202ad08dcb00263c85fc18b9598fa8baea96043f60121f9cdea784988341")  # of the password
    first = Sealing(Cost(iterations=3, lanes=4, memory_kib=64 * 1024), b"0123456789abcdef", key)
    of_first_cost = seal(b"secret", first, "kid/holder")
    before_costs_were_noted = b"\x01" + of_first_cost[7:]
    monkeypatch.setattr(sealing, "COST", Cost(iterations=1, lanes=1, memory_kib=8))
    cheap = seal(b"secret", Sealing.by("mật khẩu"), "kid/holder")
    for sealed in (before_costs_were_noted, cheap):
        assert unseal(sealed, "mật khẩu", "kid/holder") == b"secret"
    assert unseal(of_first_cost, first, "kid/holder") == b"secret"  # noted is the cost that the former has


def test_a_key_of_one_lane_is_what_any_argon2id_makes_of_the_password():
    cost = Cost(iterations=2, lanes=1, memory_kib=64)
    made = Sealing(cost, b"0123456789abcdef", sealing._key("mật khẩu", b"0123456789abcdef", cost))
    other = Argon2id(salt=made.salt, length=32, iterations=2, lanes=1, memory_cost=64)
    assert made.key == other.derive("mật khẩu".encode())


def test_a_nodes_status_is_what_its_facts_amount_to():
    fresh = NodeFacts(online=True, last_heard_at=NOW)
    cases = {
        NodeStatus.NEVER_SEEN: NodeFacts(online=False, last_heard_at=None),
        NodeStatus.OFFLINE: NodeFacts(online=False, last_heard_at=NOW),
        NodeStatus.SILENT: NodeFacts(online=True, last_heard_at=NOW - SILENT_AFTER - timedelta(seconds=1)),
        NodeStatus.FAULTY: NodeFacts(online=True, last_heard_at=NOW, clock_error_ms=40_000.0),
        NodeStatus.SOUNDING: NodeFacts(online=True, last_heard_at=NOW, sounding="a1"),
        NodeStatus.READY: fresh,
        NodeStatus.RETIRED: NodeFacts(online=True, last_heard_at=NOW, retired=True),
    }
    assert {status: status_of(facts, NOW) for status, facts in cases.items()} == {s: s for s in cases}
    assert reported_faults(cases[NodeStatus.FAULTY])
    assert not reported_faults(fresh)


def test_ids_are_sortable_by_age_and_fit_for_topics():
    older, newer = new_id(NOW), new_id(seconds(0.001))
    assert older < newer
    assert older.isalnum()
    assert new_id(NOW) != new_id(NOW)


def test_a_digest_holds_issuer_and_readings_and_of_a_plain_wording_the_text_alone():
    plain = digest_of("Mời họp.")
    assert plain == digest_of("Mời họp.", PLAIN) == hashlib.sha256("Mời họp.".encode()).hexdigest()
    manners = [Manner(), Manner("UBND xã"), Manner(readings=2), Manner("UBND xã", 2), Manner("UBND xã", 3)]
    assert len({digest_of("Mời họp.", manner) for manner in manners}) == len(manners)
    assert digest_of("Mời họp.", Manner("a", 2)) != digest_of("Mời họp.a", Manner("", 2))


def test_a_digest_holds_each_of_the_bulletins_own_words():
    one, other = ("TDP", "tổ dân phố"), ("KDC", "khu dân cư")
    manners = [Manner(), Manner(words=(one,)), Manner(words=(other,)), Manner(words=(other, one))]
    manners += [Manner(words=(("TDP", "tổ"), ("dân", "phố"))), Manner(words=(("TDP", "tổ dân"),))]
    manners += [
        Manner(pace=ReadingPace.SLOW),
        Manner(pace=ReadingPace.FAST),
        Manner(words=(one,), pace=ReadingPace.SLOW),
    ]
    manners += [Manner(words=(("pace", "slow"),))]
    manners += [Manner(register=one) for one in ("radio", "literal")]
    manners += [Manner(engine="loa"), Manner(engine="loa", voice="jm_kumo"), Manner(engine="loajm_kumo")]
    manners += [Manner(words=(("voice", "loa"),)), Manner(words=(("register", "radio"),))]
    assert len({digest_of("Họp TDP.", manner) for manner in manners}) == len(manners)


def test_own_words_are_cleaned_checked_and_kept_in_order():
    typed = Manner(words=((" UBND ", "ủy  ban"), ("KDC", "khu dân cư"), ("KDC", "khu dân cư")))
    assert clean_manner(typed).words == (("KDC", "khu dân cư"), ("UBND", "ủy ban"))
    for wrong in [("TDP", "street"), ("TDP", ""), ("", "tổ"), ("%", "phần trăm")]:
        with pytest.raises(BadInput):
            clean_manner(Manner(words=(wrong,)))
    for too_much in [(("A", "a"), ("A", "ê")), tuple((f"A{number}", "a") for number in range(41))]:
        with pytest.raises(BadInput) as refused:
            clean_manner(Manner(words=too_much))
        assert refused.value.code == "bulletin.own-words"


def test_own_words_that_the_text_lost_are_left_behind():
    manner = Manner("UBND xã", words=(("KDC", "khu dân cư"), ("TDP", "tổ dân phố"), ("UBND", "ủy ban")))
    assert with_words_of(manner, "Họp tdp", "UBND xã").words == (("TDP", "tổ dân phố"), ("UBND", "ủy ban"))


def test_a_bulletins_own_words_win_over_the_lexicon_in_any_case_of_letters():
    known = (("KDC", "khu dân cư"), ("TDP", "tổ dân phố"))
    assert words_with(known, ()) == known
    assert words_with(known, (("TDP", "tổ"),)) == (("KDC", "khu dân cư"), ("TDP", "tổ"))
    assert words_with(known, (("tdp", "tổ"),)) == (("KDC", "khu dân cư"), ("tdp", "tổ"))


def test_an_issuer_is_kept_on_one_line_in_one_form():
    typed = Manner("  " + unicodedata.normalize("NFD", "Ủy ban\n nhân dân") + " ", 2)
    assert clean_manner(typed) == Manner("Ủy ban nhân dân", 2)


@pytest.mark.parametrize(
    ("manner", "code"),
    [
        (Manner(readings=0), "text.readings"),
        (Manner(readings=4), "text.readings"),
        (Manner("a" * 201), "bulletin.bad-issuer"),
        (Manner("UBND\x07"), "bulletin.bad-issuer"),
        (Manner("<b>UBND</b>"), "text.bad"),
        (Manner(voice="jm_kumo"), "voice.unknown"),
        (Manner(engine="../x"), "voice.unknown"),
        (Manner(engine="loa", voice="a\x1fb"), "voice.unknown"),
        (Manner(engine="loa", voice="a" * 101), "voice.unknown"),
    ],
)
def test_a_manner_that_nobody_could_be_read_in_is_refused_with_a_sentence(manner, code):
    with pytest.raises(BadInput) as refused:
        clean_manner(manner)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")
