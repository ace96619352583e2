"""`loa operator …` and `loa token …` on a station's own machine, as a person types them."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.accounts.second_factor import begin_second_factor
from controller.features.accounts.sessions import Tries, sign_in
from controller.features.accounts.tokens import bearer
from controller.features.journal.chain import verify
from controller.features.journal.queries import export
from controller.features.plans.key_set import keys_to_name
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import unacknowledged, void_policies
from controller.features.provisioning.service import (
    FirstAdministrator,
    found,
    found_administrator,
    is_founded,
)
from controller.host.station_keys import Secrets, StationSeal, station_key
from controller.model.permissions import OperatorRole
from controller.settings import Settings
from controller.store import Store
from controller.trial.up import _settings
from tests.support.stored_rows import newest_entries

PASSWORD = "một mật khẩu đủ dài"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A station founded without people, as `loa up --no-fleet` does it."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), first_people=False)
    store = Store(settings.database)
    store.upgrade()
    found(store, settings, now=datetime.now(UTC) - timedelta(minutes=1))
    assert is_founded(store)
    store.close()
    return settings


@pytest.fixture
def store(settings):
    store = Store(settings.database, signer=StationSeal(station_key(settings)))
    yield store
    store.close()


@pytest.fixture
def loa(settings, monkeypatch):
    """Returns a function that runs the program and gives its exit code and its lines."""
    monkeypatch.setenv("LOA_HOME", str(settings.home))

    def run(*arguments):
        done = CliRunner().invoke(app, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output.splitlines()

    return run


@pytest.fixture
def administrator(settings, store, loa):
    """The first administrator, made with the code that the command printed; once for all tests."""
    with store.read() as session:
        known = operator_named(session, "quantri")
    if known is None:
        code, lines = loa("operator", "first-code")
        assert code == 0
        first = FirstAdministrator(lines[0], "quantri", "Quản Trị", PASSWORD)
        found_administrator(store, settings, first, now=utc_now())
    return "quantri"


def newest(store):
    with store.read() as session:
        return newest_entries(session, 1)[0]


def can_sign_in(store, name, password):
    return sign_in(store, name=name, password=password, address="::1", tries=Tries(), now=utc_now())


def signed_keys(store):
    """Ids of the keys in force, and whether a key set waits to be sent."""
    with store.read() as session:
        kids = {(key.role, key.holder) for key in keys_to_name(session, utc_now())}
        return kids, any(document.topic.startswith("loa/v1/keys/") for document in unacknowledged(session))


def test_there_is_no_station_without_up(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "nowhere"))
    done = CliRunner().invoke(app, ["operator", "list"])
    assert done.exit_code == 1
    assert "station.none" in done.output
    assert not (tmp_path / "nowhere").exists()


def test_a_station_is_founded_once_with_or_without_people(settings, store):
    station = station_key(settings).kid
    assert is_founded(store)
    assert Secrets(settings.home).passwords() == {}
    assert station_key(settings).kid == station


@pytest.mark.usefixtures("administrator")
def test_the_first_code_is_for_stations_without_an_administrator(loa):
    code, lines = loa("operator", "first-code")
    assert code == 2
    assert "operator.has-administrator" in lines[0]


def test_an_account_is_added_with_a_fresh_password_in_somebodys_name(loa, store, administrator):
    code, lines = loa("operator", "add", "hoa", "--role", "officer", "--area", "22366", "--as", administrator)
    assert code == 0
    name, password = lines[0].split("\t")
    assert can_sign_in(store, name, password)
    with store.read() as session:
        entry = next(e for e in newest_entries(session, 5) if e.act == "operator.created")
        assert entry.by == operator_named(session, administrator).id
    assert any("hoa" in line and "officer" in line and "22366" in line for line in loa("operator", "list")[1])


def test_a_list_of_people_is_tried_first_and_then_opened_whole_or_not_at_all(
    loa, store, administrator, tmp_path
):
    file, by = tmp_path / "people.csv", ("--as", administrator)
    first = "name;display_name;roles;area\nlan.nt;Nguyễn Thị Lan;soạn;22366\n"
    file.write_text(f"{first}ba.tv;Trần Văn Ba;vua;56\n", encoding="utf-8")
    before = newest(store).seq
    code, lines = loa("operator", "import", str(file), "--dry-run", *by)
    assert (code, lines[0]) == (0, "2\tlan.nt\tđược")
    assert "vua" in lines[1]
    code, lines = loa("operator", "import", str(file), *by)
    assert code == 2
    assert "Dòng 3" in lines[0]
    assert newest(store).seq == before
    file.write_text(f"{first}ba.tv;Trần Văn Ba;duyệt;56\n", encoding="utf-8")
    assert loa("operator", "import", str(file), "--dry-run", *by)[0] == 0
    assert newest(store).seq == before
    code, lines = loa("operator", "import", str(file), *by)
    assert code == 0
    assert newest(store).act == "keys.signed"  # an approver's, where the root key lies
    for name, line in zip(("lan.nt", "ba.tv"), lines, strict=False):
        assert line.startswith(f"{name}\t")
        assert can_sign_in(store, *line.split("\t"))


def test_only_an_administrators_name_may_stand_in_the_journal(loa, administrator):
    loa("operator", "add", "ky", "--role", "technician", "--area", "56", "--as", administrator)
    for name in ("ky", "không-có"):
        asked = ("operator", "add", "moi", "--role", "officer", "--area", "56", "--as", name)
        assert loa(*asked)[0] == 2
    assert not any(line.startswith("moi\t") for line in loa("operator", "list")[1])


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "wrong",
    [
        ("operator", "add", "CÓ DẤU", "--role", "officer", "--area", "56"),
        ("operator", "add", "moi", "--role", "vua", "--area", "56"),
        ("operator", "add", "moi", "--role", "officer", "--area", "99999"),
        ("operator", "disable", "không-có"),
        ("operator", "enable", "quantri"),
        ("operator", "roles", "quantri", "officer"),
        ("operator", "remove-second-factor", "quantri"),
        ("keys", "sign", "--root", "không-có.json"),
        ("token", "add", "m", "--of", "quantri", "--act", "rule"),
        ("token", "add", "m", "--of", "quantri", "--act", "see", "--days", "400"),
        ("token", "revoke", "không-có"),
        ("token", "list", "--of", "không-có"),
    ],
)
def test_what_cannot_be_is_refused_with_the_callers_exit_code(loa, store, wrong):
    before = newest(store).seq
    assert loa(*wrong)[0] == 2
    assert newest(store).seq == before


def test_an_approvers_key_is_signed_in_at_once_where_the_root_key_lies(loa, store, settings, administrator):
    loa("operator", "add", "duyet1", "--role", "approver", "--area", "56", "--as", administrator)
    with store.read() as session:
        holder = operator_named(session, "duyet1").id
    kids, waits = signed_keys(store)
    assert waits
    assert ("approver", holder) in {(str(role), who) for role, who in kids}
    assert newest(store).act == "keys.signed"
    root = Secrets(settings.home).root_key
    away = root.rename(settings.home / "usb.json")
    try:
        code, lines = loa("operator", "reset-password", "duyet1", "--as", administrator)
        assert code == 0
        assert "loa keys sign" in lines[1]
        assert newest(store).act == "operator.password-reset"
        assert loa("keys", "sign", "--root", str(away))[0] == 0
        assert newest(store).act == "keys.signed"
        assert can_sign_in(store, "duyet1", lines[0].split("\t")[1])
    finally:
        away.rename(root)


def test_an_account_is_closed_opened_and_given_other_roles(loa, store, administrator):
    loa("operator", "add", "tam", "--role", "officer", "--area", "56", "--as", administrator)
    assert loa("operator", "disable", "tam")[0] == 0
    assert any(line.startswith("tam\t") and "đã khóa" in line for line in loa("operator", "list")[1])
    assert loa("operator", "enable", "tam")[0] == 0
    code, lines = loa("operator", "roles", "tam", "officer", "approver", "--as", administrator)
    assert code == 0
    assert "reset-password tam" in lines[1]
    with store.read() as session:
        assert operator_named(session, "tam").roles == {OperatorRole.OFFICER, OperatorRole.APPROVER}


def test_closing_whoever_signed_a_policy_leaves_it_in_force(loa, store, administrator):
    _, lines = loa(
        "operator", "add", "quantri2", "--role", "administrator", "--area", "22366", "--as", administrator
    )
    with store.write() as session:
        second, password = operator_named(session, "quantri2"), lines[0].split("\t")[1]
        sign_policy(session, area="22366", administrator=second, password=password, now=utc_now())
        assert void_policies(session) == []
    code, lines = loa("operator", "disable", "quantri2", "--as", administrator)
    assert code == 0
    assert not any("loa policy sign" in line for line in lines)
    with store.read() as session:
        assert void_policies(session) == []


def test_a_second_factor_is_taken_away(loa, store, administrator):
    with store.write() as session:
        person = operator_named(session, administrator)
        begin_second_factor(session, by=person, place="", now=utc_now())
    assert loa("operator", "remove-second-factor", administrator)[0] == 0
    assert (newest(store).act, newest(store).by) == ("operator.second-factor-removed", "station")


def test_a_token_is_printed_once_listed_and_revoked(loa, store, administrator):
    code, lines = loa("token", "add", "bảng điện tử", "--of", administrator, "--act", "see")
    assert code == 0
    with store.read() as session:
        assert bearer(session, lines[0], utc_now())
    listed = loa("token", "list", "--of", administrator)[1]
    assert len(listed) == 1
    assert "bảng điện tử" in listed[0]
    assert lines[0] not in listed[0]
    assert loa("token", "revoke", listed[0].split("\t")[0], "--as", administrator)[0] == 0
    with store.read() as session:
        assert bearer(session, lines[0], utc_now()) is None
    assert "đã thu hồi" in loa("token", "list")[1][0]


def test_the_journal_of_it_all_is_sound(settings, store, loa, administrator):
    with store.read() as session:
        before = len(list(export(session)))
    for name in ("mai", "lan"):
        added = loa("operator", "add", name, "--role", "technician", "--area", "56", "--as", administrator)
        assert added[0] == 0
    with store.read() as session:
        assert verify(list(export(session)), station_key(settings).public_x).entries >= before + 2


@pytest.mark.parametrize(
    ("with_fleet", "told", "expected"),
    [
        (True, {}, (True, False, "00:00")),
        (True, {"require_totp": True, "quiet_begins": "21:00"}, (True, True, "21:00")),
        (False, {}, (False, True, "22:00")),
        (False, {"first_people": True, "require_totp": False}, (True, False, "22:00")),
    ],
)
def test_a_trial_asks_for_less_than_a_station_of_real_loudspeakers(with_fleet, told, expected):
    settings = _settings(told, with_fleet=with_fleet)
    assert (settings.first_people, settings.require_totp, settings.quiet_begins) == expected
