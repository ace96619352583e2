"""Accounts, keys and sign-in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotSignedIn, TooManyTries
from controller.features.accounts.administration import reset_password
from controller.features.accounts.queries import require
from controller.features.accounts.service import change_password, create_operator, disable_operator, open_key
from controller.features.accounts.sessions import (
    ABSOLUTE,
    IDLE,
    Tries,
    operator_of_token,
    sign_in,
    sign_out,
    sweep_sessions,
    touch,
    wants_touch,
)
from controller.model.accounts import Account, SignedIn
from controller.model.permissions import Act, OperatorRole
from devices.ids import Role
from tests.support.station_world import NHA_TRANG, PASSWORD


def enter(world, name="canbo", password=PASSWORD, address="10.0.0.1", tries=None):
    return sign_in(
        world.store,
        name=name,
        password=password,
        address=address,
        tries=tries or Tries(),
        now=world.now,
    )


def who(world, token):
    with world.store.read() as session:
        found = operator_of_token(session, token, world.now)
    return found and found.name


def test_the_right_password_opens_a_session(world):
    token = enter(world, name=" CanBo ")
    assert len(token) == 43
    assert who(world, token) == "canbo"
    with world.store.read() as session:
        assert session.get(SignedIn, token) is None


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(world):
    sentences = set()
    for name, password in (("canbo", "sai"), ("ai đó", PASSWORD), ("canbo", ""), ("", "")):
        with pytest.raises(NotSignedIn) as refused:
            enter(world, name=name, password=password)
        sentences.add((refused.value.sentence, refused.value.code))
    assert len(sentences) == 1


def test_too_many_tries_are_stopped_even_with_the_right_password_then_but_only_from_there(world):
    tries = Tries(per_account=3)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            enter(world, password="sai", tries=tries)
    with pytest.raises(TooManyTries) as stopped:
        enter(world, tries=tries)
    assert 200 < stopped.value.retry_after <= 300  # counted from the first of the three
    assert enter(world, tries=tries, address="10.0.0.2")
    assert enter(world, tries=tries, name="duyet")


def test_guesses_sent_side_by_side_are_counted_too(world):
    tries = Tries(per_account=3)

    def guess(n):
        try:
            return enter(world, password=f"sai {n}", tries=tries)
        except (NotSignedIn, TooManyTries) as refused:
            return type(refused)

    with ThreadPoolExecutor(12) as many:
        ends = list(many.map(guess, range(12)))
    # at most three more than the limit: four are hashed at a time
    assert 3 <= ends.count(NotSignedIn) <= 6
    assert ends.count(TooManyTries) == 12 - ends.count(NotSignedIn)


def test_one_address_cannot_try_every_account(world):
    tries = Tries(per_account=3, per_address=4)
    for n in range(4):
        with pytest.raises(NotSignedIn):
            enter(world, name=f"tên{n}", tries=tries)
    with pytest.raises(TooManyTries):
        enter(world, tries=tries)


def test_a_session_ends_when_idle_or_old_and_is_kept_alive_by_use(world):
    token = enter(world)
    world.later(seconds=(IDLE - timedelta(seconds=1)).total_seconds())
    assert world.ask(wants_touch, token, world.now)
    with world.store.write() as session:
        touch(session, token, world.now)
    world.later(hours=1)
    assert who(world, token) == "canbo"
    world.later(seconds=IDLE.total_seconds())
    assert who(world, token) is None
    fresh = enter(world)
    end = world.now + ABSOLUTE
    while world.now < end:
        assert who(world, fresh) == "canbo"
        with world.store.write() as session:
            touch(session, fresh, world.now)
        world.later(hours=7)
    assert who(world, fresh) is None
    with world.store.write() as session:
        sweep_sessions(session, world.now)
    with world.store.read() as session:
        assert session.query(SignedIn).count() == 0


def test_signing_out_ends_the_session_and_only_that(world):
    first, second = enter(world), enter(world)
    with world.store.write() as session:
        sign_out(session, first, world.now)
        sign_out(session, "không có", world.now)
    assert (who(world, first), who(world, second)) == (None, "canbo")


def test_a_barred_person_is_out_at_once(world):
    token = enter(world)
    world.do(disable_operator, world.officer.id, by=world.administrator)
    assert who(world, token) is None
    with pytest.raises(NotSignedIn):
        enter(world)
    with pytest.raises(NotAllowed):
        world.ask(require, world.officer, Act.SEE, NHA_TRANG)
    with pytest.raises(Conflict):
        world.do(disable_operator, world.administrator.id, by=world.administrator)


def test_a_session_alone_lets_nobody_in_whose_account_is_closed(world):
    token = enter(world)
    with world.store.write() as session:
        session.get_one(Account, world.officer.id).disabled_at = world.now
    assert who(world, token) is None


def test_rights_are_read_at_the_moment_of_effect_not_from_what_the_page_knew(world):
    with world.store.write() as session:
        session.get_one(Account, world.officer.id).roles = [OperatorRole.TECHNICIAN]
    with pytest.raises(NotAllowed):
        world.ask(require, world.officer, Act.WRITE, NHA_TRANG)


def test_a_key_opens_with_its_holders_password_and_no_other_way(world):
    asked = {"role": Role.APPROVER, "password": PASSWORD}
    assert world.do(open_key, world.approver, **asked).role is Role.APPROVER
    for person, changes in (
        (world.approver, {"password": "sai mật khẩu rồi"}),
        (world.approver, {"role": Role.ADMINISTRATOR}),
        (world.officer, {}),
    ):
        with pytest.raises(NotAllowed):
            world.do(open_key, person, **(asked | changes))


def test_a_new_password_seals_the_keys_anew_and_ends_the_sessions(world):
    token, new = enter(world, name="duyet"), "mật khẩu mới dài hơn"
    with pytest.raises(NotAllowed):
        change_password(world.store, by=world.approver, old="sai", new=new, now=world.now)
    with pytest.raises(BadInput):
        change_password(world.store, by=world.approver, old=PASSWORD, new="ngắn", now=world.now)
    change_password(world.store, by=world.approver, old=PASSWORD, new=new, now=world.now)
    assert who(world, token) is None
    assert enter(world, name="duyet", password=new)
    assert world.do(open_key, world.approver, role=Role.APPROVER, password=new)
    with pytest.raises(NotAllowed):
        world.do(open_key, world.approver, role=Role.APPROVER, password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "canbo"}, Conflict),
        ({"name": "CÁN BỘ"}, BadInput),
        ({"password": "ngắn"}, BadInput),
        ({"roles": set()}, BadInput),
    ],
)
def test_an_account_that_cannot_be_is_refused(world, changes, error):
    asked = {"name": "moi", "display_name": "Mới", "roles": {OperatorRole.OFFICER}, "password": PASSWORD}
    with pytest.raises(error):
        world.do(create_operator, area=NHA_TRANG, by=world.administrator, **(asked | changes))


def test_only_an_administrator_opens_accounts(world):
    with pytest.raises(NotAllowed):
        world.do(
            create_operator,
            name="moi",
            display_name="Mới",
            roles={OperatorRole.APPROVER},
            area=NHA_TRANG,
            password=PASSWORD,
            by=world.approver,
        )


@pytest.mark.parametrize("password", ["1234567890", "khanhhoa2026", "Duyet@20262027", "Bắc Nha Trang 12"])
def test_a_password_that_anybody_would_try_is_refused_wherever_it_is_chosen(world, password):
    by = world.approver
    for act in (
        lambda: change_password(world.store, by=by, old=PASSWORD, new=password, now=world.now),
        lambda: world.do(reset_password, by.id, password, by=world.administrator),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert refused.value.code == "operator.weak-password"
