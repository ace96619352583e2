"""The second factor: codes that work once, recovery codes, and who may take it away."""

from datetime import timedelta

import pyotp
import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound, NotSignedIn, TooManyTries
from controller.features.accounts.second_factor import (
    begin_second_factor,
    check_fresh_totp,
    codes_left,
    confirm_second_factor,
    has_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from controller.features.accounts.sessions import (
    PENDING,
    Tries,
    complete_sign_in,
    operator_of_token,
    person_awaiting_code,
    sign_in,
    sweep_sessions,
)
from controller.model.accounts import SecondFactor, SignedIn
from tests.support.station_world import PASSWORD
from tests.support.stored_rows import newest_entries


@pytest.fixture
def phone(world):
    """Enrol the approver; returns what the telephone shows, so many steps from now."""
    enrolment = world.do(begin_second_factor, by=world.approver, place="Khánh Hòa")
    totp = pyotp.TOTP(enrolment.secret)

    def shows(steps=0):
        return totp.at(world.now + timedelta(seconds=30 * steps))

    shows.codes = world.do(confirm_second_factor, shows(), by=world.approver)
    world.later(seconds=60)
    return shows


def half_in(world, tries=None, password=PASSWORD):
    return sign_in(
        world.store,
        name="duyet",
        password=password,
        address="10.0.0.1",
        tries=tries or Tries(),
        now=world.now,
    )


def finish(world, token, code, tries=None):
    return complete_sign_in(
        world.store, token=token, code=code, address="10.0.0.1", tries=tries or Tries(), now=world.now
    )


def is_in(world, token):
    return world.ask(operator_of_token, token, world.now) is not None


def acts(world, count=1):
    return [entry.act for entry in world.ask(newest_entries, count)]


def test_a_secret_that_is_not_confirmed_asks_nobody_for_a_code_and_is_shown_again(world):
    first = world.do(begin_second_factor, by=world.approver, place="Khánh Hòa")
    assert world.do(begin_second_factor, by=world.approver, place="Khánh Hòa") == first
    assert first.uri.startswith("otpauth://totp/Loa%20Kh%C3%A1nh%20H%C3%B2a:duyet?secret=")
    assert is_in(world, half_in(world))
    with pytest.raises(NotAllowed):
        world.do(check_fresh_totp, world.approver, pyotp.TOTP(first.secret).at(world.now))


def test_a_wrong_first_code_confirms_nothing(world):
    world.do(begin_second_factor, by=world.approver, place="")
    for code in ("000000x", "", "123 45", "một"):
        with pytest.raises(BadInput):
            world.do(confirm_second_factor, code, by=world.approver)
    assert not world.ask(has_second_factor, world.approver.id)


def test_it_cannot_be_begun_or_confirmed_twice(world, phone):
    with pytest.raises(Conflict):
        world.do(begin_second_factor, by=world.approver, place="")
    with pytest.raises(Conflict):
        world.do(confirm_second_factor, phone(), by=world.approver)
    with pytest.raises(NotFound):
        world.do(confirm_second_factor, phone(), by=world.officer)


@pytest.mark.both_databases
def test_the_password_alone_lets_nobody_in_and_the_code_opens_another_session(world, phone):
    pending = half_in(world)
    assert not is_in(world, pending)
    assert world.ask(person_awaiting_code, pending, world.now).name == "duyet"
    token = finish(world, pending, phone())
    assert token != pending
    assert is_in(world, token)
    assert not is_in(world, pending)
    assert acts(world) == ["operator.signed-in"]
    with pytest.raises(NotSignedIn):
        finish(world, pending, phone(1))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_whose_clock_is_half_a_minute_off_is_believed(world, phone, steps, taken):
    world.later(minutes=5)
    pending, code = half_in(world), phone(steps)
    if taken:
        assert is_in(world, finish(world, pending, code))
    else:
        with pytest.raises(NotSignedIn):
            finish(world, pending, code)


@pytest.mark.both_databases
def test_a_code_works_once_and_none_before_it_works_after(world, phone):
    code, before = phone(), phone(-1)
    finish(world, half_in(world), code)
    for seen in (code, before):
        with pytest.raises(NotSignedIn) as refused:
            finish(world, half_in(world), seen)
        assert refused.value.code == "operator.wrong-code"
        assert acts(world) == ["operator.code-refused"]
    assert is_in(world, finish(world, half_in(world), phone(1)))


def test_the_code_that_confirmed_is_used_up(world):
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    code = pyotp.TOTP(enrolment.secret).at(world.now)
    world.do(confirm_second_factor, code, by=world.approver)
    with pytest.raises(NotAllowed):
        world.do(check_fresh_totp, world.approver, code)


def test_the_second_step_must_follow_soon(world, phone):
    pending = half_in(world)
    world.later(seconds=PENDING.total_seconds())
    with pytest.raises(NotSignedIn) as refused:
        finish(world, pending, phone())
    assert refused.value.code == "operator.sign-in-expired"
    with world.store.write() as session:
        sweep_sessions(session, world.now)
    with world.store.read() as session:
        assert session.query(SignedIn).count() == 0


@pytest.mark.both_databases
def test_ten_wrong_codes_close_the_second_step_from_wherever_they_come(world, phone):
    tries, pending = Tries(), half_in(world)
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            finish(world, pending, "00000", tries)
    with pytest.raises(TooManyTries) as stopped:
        finish(world, pending, phone(), tries)
    assert 800 < stopped.value.retry_after <= 900  # counted from the first of the ten


@pytest.mark.both_databases
def test_a_recovery_code_lets_in_once_however_it_is_typed(world, phone):
    assert len(set(phone.codes)) == 10
    typed = phone.codes[3].lower().replace("-", " ")
    assert is_in(world, finish(world, half_in(world), typed))
    assert world.ask(codes_left, world.approver.id) == 9
    with pytest.raises(NotSignedIn):
        finish(world, half_in(world), phone.codes[3])
    assert "operator.recovery-code-used" in acts(world, 3)


def test_new_recovery_codes_ask_for_a_code_and_void_the_old_ones(world, phone):
    with pytest.raises(NotAllowed):
        world.do(renew_recovery_codes, "12345", by=world.approver)
    fresh = world.do(renew_recovery_codes, phone(), by=world.approver)
    assert set(fresh).isdisjoint(phone.codes)
    with pytest.raises(NotSignedIn):
        finish(world, half_in(world), phone.codes[0])
    assert is_in(world, finish(world, half_in(world), fresh[0]))


def test_an_act_takes_the_telephones_code_once_and_no_recovery_code(world, phone):
    with pytest.raises(NotAllowed):
        world.do(check_fresh_totp, world.approver, phone.codes[0])
    world.do(check_fresh_totp, world.approver, phone())
    with pytest.raises(NotAllowed) as refused:
        world.do(check_fresh_totp, world.approver, phone())
    assert refused.value.code == "operator.wrong-code"
    with pytest.raises(NotAllowed) as refused:
        world.do(check_fresh_totp, world.officer, phone(1))
    assert refused.value.code == "operator.no-second-factor"


def test_a_code_is_not_used_up_by_an_act_that_fails(world, phone):
    def emergency(session, now):
        check_fresh_totp(session, world.approver, phone(), now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.do(emergency)
    world.do(check_fresh_totp, world.approver, phone())


@pytest.mark.usefixtures("phone")
def test_an_administrator_takes_it_away_and_nobody_else(world):
    for by, error in ((world.officer, NotAllowed), (world.approver, NotAllowed)):
        with pytest.raises(error):
            world.do(remove_second_factor, world.approver.id, by=by)
    world.do(remove_second_factor, world.approver.id, by=world.administrator)
    assert acts(world) == ["operator.second-factor-removed"]
    assert is_in(world, half_in(world))
    assert world.ask(codes_left, world.approver.id) == 0
    with pytest.raises(NotFound):
        world.do(remove_second_factor, world.approver.id, by=None)


def test_an_administrator_does_not_take_the_own_one_away(world):
    enrolment = world.do(begin_second_factor, by=world.administrator, place="")
    code = pyotp.TOTP(enrolment.secret).at(world.now)
    world.do(confirm_second_factor, code, by=world.administrator)
    with pytest.raises(Conflict):
        world.do(remove_second_factor, world.administrator.id, by=world.administrator)


def test_the_secret_lies_sealed_for_its_person_and_this_station_alone(world):
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    world.do(begin_second_factor, by=world.officer, place="")
    with world.store.write() as session:
        row = session.get_one(SecondFactor, world.approver.id)
        assert enrolment.secret.encode() not in row.sealed
        session.get_one(SecondFactor, world.officer.id).sealed = row.sealed
    with pytest.raises(NotAllowed) as refused:
        world.do(confirm_second_factor, "000000", by=world.officer)
    assert refused.value.code == "operator.second-factor-sealed"
