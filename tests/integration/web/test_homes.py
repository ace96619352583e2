"""Where loudspeakers find their station: signed for the province, tried first, and shown who follows."""

import pytest
from sqlalchemy import select

from controller.features.doctor.invariants import invariants
from controller.features.fleet.service import note_states
from controller.features.plans.queries import published, unacknowledged
from controller.host import broker_probe
from controller.model.journal import Entry
from controller.model.plan_states import DocumentKind
from devices import topics
from devices.enrolment import Home
from devices.ids import AreaCode
from devices.link import Link
from devices.messages import NodeState
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.support.brokers import BrokerProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until

PASSWORD = {"password": PASSWORDS["quantri"]}


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(broker_probe, "KEYS_S", 1.5)


@pytest.fixture
def broker(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def bridged(broker, world):
    """The broker with the key set that the station publishes, as a bridge brings it there."""
    row = world.ask(published, DocumentKind.KEYS, PROVINCE)
    link = Link(broker.url, "bridge")
    link.start()
    assert wait_until(lambda: link.is_up)
    assert link.publish(topics.keys(AreaCode(PROVINCE)), row.payload.encode(), retain=True).wait(60)
    link.stop()
    return broker


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


def asked(*brokers, **more):
    return {"brokers": brokers} | PASSWORD | more


def born(world, node, home, session=7):
    state = NodeState(node=node, session=session, online=True, at=world.now(), software="x", home=home)
    with world.store.write() as write:
        note_states(write, [state], now=world.now())


def test_it_is_signed_published_last_and_shows_how_many_have_followed(world, administrator, bridged):
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url, addresses=["https://moi.example/"]))
    assert answer.status_code == 201, answer.text
    (home,) = answer.json()["homes"]
    assert (home["area"], home["brokers"], home["followed"]) == (PROVINCE, [bridged.url], 0)
    assert home["addresses"] == ["https://moi.example"]
    assert home["nodes"] == len(world.nodes)
    waiting = [one.topic for one in world.ask(unacknowledged)]
    assert waiting[-1] == topics.home(AreaCode(PROVINCE))
    born(world, world.nodes[0], home["version"])
    (after,) = administrator.get("/api/v1/homes").json()["homes"]
    assert after["followed"] == 1
    assert world.nodes[0] not in after["elsewhere"]
    page = administrator.get("/cai-dat/noi-ket-noi").text
    assert f"1/{len(world.nodes)} cụm loa đã chuyển" in page


def test_a_birth_without_a_home_is_back_where_it_was_enrolled_and_a_will_says_nothing(
    world, administrator, bridged
):
    version = administrator.post("/api/v1/homes", json=asked(bridged.url)).json()["homes"][0]["version"]
    node = world.nodes[0]
    born(world, node, version)
    will = NodeState(node=node, session=7, online=False, at=None, software="x")
    with world.store.write() as write:
        note_states(write, [will], now=world.now())
    assert administrator.get("/api/v1/homes").json()["homes"][0]["followed"] == 1
    born(world, node, None, session=8)
    assert administrator.get("/api/v1/homes").json()["homes"][0]["followed"] == 0


def test_a_node_at_a_home_that_nobody_signed_here_is_named(world, administrator, bridged):
    administrator.post("/api/v1/homes", json=asked(bridged.url))
    born(world, world.nodes[1], 17)
    (home,) = administrator.get("/api/v1/homes").json()["homes"]
    assert home["strangers"] == [world.nodes[1]]
    assert "Ở nơi không ai ký tại đây" in administrator.get("/cai-dat/noi-ket-noi").text
    with world.store.read() as session:
        assert any("never signed here" in one for one in invariants(session, now=world.now()))


def test_a_broker_that_the_station_does_not_reach_is_refused_and_nothing_is_published(world, administrator):
    answer = administrator.post("/api/v1/homes", json=asked(f"mqtt://127.0.0.1:{free_port()}"))
    assert (answer.status_code, answer.json()["code"]) == (409, "home.unreachable")
    assert world.ask(published, DocumentKind.HOME, PROVINCE) is None


def test_a_broker_where_the_station_does_not_speak_is_refused(world, administrator, broker):
    answer = administrator.post("/api/v1/homes", json=asked(broker.url))
    assert (answer.status_code, answer.json()["code"]) == (409, "home.no-keys")
    assert world.ask(published, DocumentKind.HOME, PROVINCE) is None


def test_a_broker_without_tls_is_refused_where_loudspeakers_have_it(world, administrator, bridged):
    world.nodes_broker = "mqtts://cu.example:8883"
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url))
    assert (answer.status_code, answer.json()["code"]) == (409, "home.no-tls")


def test_a_broker_that_speaks_no_tls_is_refused_as_one_without_a_certificate(administrator, bridged):
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url.replace("mqtt:", "mqtts:")))
    assert answer.status_code == 409
    assert answer.json()["code"] in {"home.certificate", "home.unreachable"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"brokers": ["mqtts://u:p@x.example"]}, "home.bad"),
        ({"brokers": ["https://x.example"]}, "home.bad"),
        ({"authorities": ["no certificate"]}, "home.authority"),
        ({"addresses": ["ftp://x.example"]}, "home.bad"),
        ({"area": "no-such-area"}, "area.unknown"),
    ],
)
def test_what_is_no_home_is_refused_before_anything_is_tried(administrator, bridged, changes, code):
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url) | changes)
    assert answer.status_code in {404, 422}
    assert answer.json()["code"] == code


def test_a_wrong_password_signs_nothing_and_is_written_down(world, administrator, bridged):
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url) | {"password": "sai"})
    assert answer.status_code in {401, 403, 422}
    assert world.ask(published, DocumentKind.HOME, PROVINCE) is None
    acts = world.ask(lambda session: session.scalars(select(Entry.act).order_by(Entry.seq.desc())).first())
    assert acts == "home.signing-refused"


def test_the_page_keeps_what_was_typed_when_it_refuses(administrator):
    sent = {"tram": f"mqtt://127.0.0.1:{free_port()}", "dia_chi": "https://moi.example"}
    page = administrator.post("/cai-dat/noi-ket-noi", data=sent | {"mat_khau": PASSWORDS["quantri"]})
    assert page.status_code == 409
    assert sent["tram"] in page.text
    assert sent["dia_chi"] in page.text
    assert "Máy chủ không nối được tới trạm" in page.text


def test_the_page_signs(world, administrator, bridged):
    sent = {"tram": bridged.url, "mat_khau": PASSWORDS["quantri"]}
    assert administrator.post("/cai-dat/noi-ket-noi", data=sent).status_code == 303
    home = Home.model_validate_json(world.ask(published, DocumentKind.HOME, PROVINCE).document)
    assert home.brokers == (bridged.url,)


def test_a_later_home_of_a_ward_is_above_that_of_the_province(administrator, bridged):
    first = administrator.post("/api/v1/homes", json=asked(bridged.url)).json()["homes"][0]["version"]
    answer = administrator.post("/api/v1/homes", json=asked(bridged.url, area=NHA_TRANG))
    versions = {one["area"]: one["version"] for one in answer.json()["homes"]}
    assert versions[NHA_TRANG] > first
