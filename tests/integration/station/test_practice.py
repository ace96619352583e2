"""A practice station has nothing in common with a real one: no key, no address, no folder, no loudspeaker.

The property is tried on what founding really makes, in the worst case: both on one broker, and the practice
station signing whatever it likes for areas and loudspeakers of the real one.
"""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.errors import StartFailed
from controller.features.accounts.queries import operator_named
from controller.features.accounts.secret_codes import fresh_password
from controller.features.accounts.service import unlock_key
from controller.features.accounts.sessions import Tries, sign_in
from controller.features.areas.queries import areas
from controller.features.provisioning.service import add_class, found
from controller.host.home_folder import refuse_practice_home, take_practice_home
from controller.host.station_keys import Secrets, StationSeal
from controller.model.first_people import ADMINISTRATOR, APPROVER, OFFICER
from controller.model.notice_ways import NotSent, WayKind
from controller.runtime.notice_sender import NoWayOut, ways_by
from controller.runtime.receipt_judging import judge
from controller.settings import PRACTICE_PROVINCE, Settings
from controller.store import Store
from controller.trial.practice import TAKEN_OVER, PracticeOptions, practice_environment
from controller.trial.simulated import key_seed
from devices.ids import Grade, NodeId, Role
from devices.jose import SigningKey
from devices.messages import Receipts
from devices.node_key import NodeKey
from tests.simulation.small_station import Keys
from tests.simulation.station_in_world import MORNING, StationInWorld
from tests.support.node_keys import Signer
from tests.support.world import World

LENGTH = 10_000
OPTIONS = PracticeOptions("127.0.0.1", 0, None, 0)


def keys_of(home, store):
    """The keys that a founding has made, each opened as its holder would."""
    files = Secrets(home)

    def opened(name, role):
        with store.read() as session:
            person = operator_named(session, name)
        return unlock_key(store, person, role=role, password=files.passwords()[name], now=MORNING).key

    root, station = (SigningKey.from_json(path.read_text()) for path in (files.root_key, files.station_key))
    people = ((APPROVER, Role.APPROVER), (ADMINISTRATOR, Role.ADMINISTRATOR), (OFFICER, Role.CALLER))
    return Keys(root, station, *(opened(*one) for one in people))


def founded(own):
    store = Store(own.database)
    store.upgrade()
    found(store, own, now=MORNING - timedelta(days=2))
    return store


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The settings, the store and the keys of a real station and of its practice station."""
    real = Settings(home=tmp_path_factory.mktemp("real"), require_totp=False)
    chosen = practice_environment({}, real, OPTIONS)
    own = {name.removeprefix("LOA_").lower(): value for name, value in chosen.items()}
    practice = Settings(**own)
    take_practice_home(practice.home)
    with closing(founded(real)) as first, closing(founded(practice)) as second:
        yield tuple(
            (settings_of, store, keys_of(settings_of.home, store))
            for settings_of, store in ((real, first), (practice, second))
        )


def _plan(station, area, grade=Grade.ROUTINE):
    recording = station.add_recording(b"sound" * 3000, LENGTH)
    starts_at = (station.now() + timedelta(seconds=20)).replace(microsecond=0)
    station.publish_plan(area, station.airing("foreign", recording, starts_at, LENGTH, grade=grade))


SAYS = {
    "keys": lambda station, _: station.publish_keys(),
    "policy": lambda station, area: station.publish_policy(area, loudest=0),
    "plan": _plan,
    "alarm": lambda station, area: _plan(station, area, Grade.EMERGENCY),
    "place": lambda station, area: station.publish_place(NodeId("n0"), area),
}


@settings(max_examples=25, deadline=None)
@given(
    said=st.lists(st.sampled_from(sorted(SAYS)), min_size=1, max_size=6),
    area=st.sampled_from(("56", "56.1", "n0", PRACTICE_PROVINCE)),
    is_reversed=st.booleans(),
)
def test_nothing_that_one_station_signs_is_believed_by_a_loudspeaker_of_the_other(
    pair, said, area, is_reversed
):
    (*_, own_keys), (*_, foreign_keys) = reversed(pair) if is_reversed else pair
    world = World(1, MORNING)
    own = StationInWorld(world, own_keys)
    foreign = StationInWorld(world, foreign_keys, name="the other station")
    own.publish_keys()
    node = own.add_node("n0")
    world.run_for(timedelta(seconds=3))
    before = dict(world.disk(node).documents)
    for kind in said:
        SAYS[kind](foreign, area)
    world.run_for(timedelta(seconds=60))
    assert world.sounds == []
    assert world.disk(node).documents == before
    own.say_all()
    _plan(own, "56")
    world.run_for(timedelta(seconds=60))
    assert [sound.heard_ms for sound in world.heard(node)] == [LENGTH]  # it was not made deaf either


def test_what_a_practice_loudspeaker_says_is_no_report_at_the_real_station(pair):
    (real, *_), (practice, *_) = pair
    seeds = key_seed(real), key_seed(practice)
    assert seeds[0] != seeds[1]
    node = NodeId("sim-22366-01")
    told = {
        "airing": "a1",
        "recording": "0" * 64,
        "kind": "finished",
        "at": MORNING,
        "heard_ms": 1,
        "volume": 1,
    }
    good = []
    for seed in seeds:
        text = Signer().sign(node, key=NodeKey.derived(seed, node), **told)
        message = Receipts(node=node, session=1, receipts=(text,))
        (judged,) = judge([message], {node: NodeKey.derived(seeds[0], node).public})
        good.append(len(judged.good))
    assert good == [1, 0]


def test_a_practice_station_has_no_way_out_for_a_notice_whatever_its_people_enter(pair):
    for own, store, _ in pair:
        ways = ways_by(own, store.signer)
        assert set(ways) == set(WayKind)
        assert {isinstance(way, NoWayOut) for way in ways.values()} == {own.is_practice}
    with pytest.raises(NotSent, match="không gửi gì ra ngoài") as refused:
        ways_by(pair[1][0], pair[1][1].signer)[WayKind.WEBHOOK].send(None, MORNING)
    assert refused.value.final


def test_no_two_keys_are_the_same(pair):
    kids = [{key.kid for key in keys.listed} | {keys.root.kid} for *_, keys in pair]
    assert kids[0].isdisjoint(kids[1])


def test_no_area_is_the_same(pair):
    codes = []
    for _, store, _ in pair:
        with store.read() as session:
            codes.append({area.code for area in areas(session)})
    assert codes[0].isdisjoint(codes[1])
    assert len(codes[1]) == 21


@given(
    given=st.dictionaries(
        st.sampled_from(sorted(Settings.model_fields)),
        st.text("abcdefghijklmnop:/.@", min_size=12, max_size=40),
        max_size=12,
    )
)
def test_nothing_of_the_real_stations_environment_is_taken_over_but_how_it_speaks(given):
    environment = {f"LOA_{name.upper()}": value for name, value in given.items()}
    environment |= {"loa_broker_url": "mqtt://real.example", "LOA_AUTHOR_PASSWORD": "x" * 12, "PATH": "/bin"}
    real = Settings.model_construct(_fields_set=set(given), **{"home": Path("/srv/loa"), **given})
    real = real.model_copy(update={"home": Path("/srv/loa")})
    chosen = practice_environment(environment, real, OPTIONS)
    taken = {given[name] for name in given if name in TAKEN_OVER}
    assert set(chosen.values()) & set(environment.values()) <= taken | {"/bin"}
    assert chosen["LOA_HOME"] == "/srv/loa/practice"
    assert not any(name.endswith(("_URL", "_PASSWORDS", "_ADDRESS", "_SYSLOG")) for name in chosen)


def test_what_is_taken_over_names_no_place_and_no_address():
    words = ("url", "address", "home", "host", "port", "folder", "file", "path", "syslog", "passwords")
    for name in TAKEN_OVER:
        assert Settings.model_fields[name].annotation is not Path
        assert not any(word in name for word in words)


def test_a_home_is_a_practice_stations_or_a_real_ones_for_good(pair, tmp_path):
    (real, *_), (practice, *_) = pair
    with pytest.raises(StartFailed, match="đài thật"):
        take_practice_home(real.home)
    take_practice_home(practice.home)
    with pytest.raises(StartFailed, match="loa practice"):
        refuse_practice_home(practice.home)
    refuse_practice_home(real.home)
    refuse_practice_home(tmp_path)


def test_a_class_is_made_once_with_a_commune_each(pair):
    practice, store, _ = pair[1]
    store.signer = StationSeal(SigningKey.from_json(Secrets(practice.home).station_key.read_text()))
    people = add_class(store, practice, 3, now=MORNING)
    assert [name for name, *_ in people] == ["hocvien01", "hocvien02", "hocvien03"]
    assert [commune for _, commune, _ in people] == ["Xã Mẫu 1", "Xã Mẫu 2", "Xã Mẫu 3"]
    assert add_class(store, practice, 3, now=MORNING) == people
    with store.read() as session:
        one = operator_named(session, "hocvien02")
    assert one.area == "tap-duot-02"


def test_a_class_that_a_kill_cut_off_is_made_with_the_passwords_of_its_file(pair):
    practice, store, _ = pair[1]
    files = Secrets(practice.home)
    store.signer = StationSeal(SigningKey.from_json(files.station_key.read_text()))
    word = fresh_password()
    with files.learners.open("a") as out:  # as far as a killed station came
        out.write(f"hocvien05\t{word}\n")
    people = add_class(store, practice, 5, now=MORNING)
    assert people[-1] == ("hocvien05", "Xã Mẫu 5", word)
    assert sign_in(store, name="hocvien05", password=word, address="::1", tries=Tries(), now=MORNING)
    add_class(store, practice, 2, now=MORNING)
    assert add_class(store, practice, 5, now=MORNING) == people  # a smaller class forgets nobody's
