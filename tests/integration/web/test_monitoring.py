"""Whether the station is ready, and its figures, as Prometheus and load balancers ask for them."""

from socket import socket

from prometheus_client.parser import text_string_to_metric_families

from controller.features.doctor.last_look import DoctorLook, note_look
from controller.store import Store
from tests.support.seeing_tokens import seeing_token


def figures(client):
    reply = client.get("/api/v1/metrics")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_strangers_learn_that_it_is_ready_and_nothing_else(client):
    assert client.get("/healthz").json() == {"alive": True}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True,
        "parts": {"database": True, "broker": True, "lead": True, "clock": True},
    }
    assert client.get("/api/v1/metrics", headers={"Accept": "application/json"}).status_code == 401


def test_a_part_that_does_not_work_makes_the_station_unready(client, world, monkeypatch):
    monkeypatch.setattr(world, "up", False)
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {
        "ready": False,
        "parts": {"database": True, "broker": False, "lead": True, "clock": True},
    }


def test_a_database_that_does_not_answer_is_named(client, world, monkeypatch):
    with socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # a port on which nothing listens
        away = Store(f"postgresql+psycopg://loa@127.0.0.1:{nobody.getsockname()[1]}/loa")
        monkeypatch.setattr(world, "store", away)
        assert client.get("/readyz").json()["parts"]["database"] is False
        away.close()


def test_who_may_not_see_the_whole_province_gets_no_figures(sign_in):
    assert sign_in("xanhatrang").get("/api/v1/metrics").status_code == 403
    assert sign_in("duyet").get("/api/v1/metrics").status_code == 200


def test_a_token_that_may_only_see_is_enough(client, world):
    token = seeing_token(world.store, world.people["duyet"], world.now())
    reply = client.get("/api/v1/metrics", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 200, reply.headers


def test_loudspeakers_and_airings_are_counted_by_what_became_of_them(world, sign_in):
    world.bring_online(without=world.nodes[:3])
    world.aired(without=world.nodes[:3])
    found = figures(sign_in("duyet"))
    assert found["loa_nodes", "never_seen"] == 3
    assert found["loa_nodes", "ready"] == len(world.nodes) - 3
    assert found["loa_airings_last_hour", "aired"] == 1
    assert found["loa_airings_last_hour", "missed"] == 0
    assert found["loa_deliveries_last_hour", "finished"] == len(world.nodes) - 3
    assert found["loa_deliveries_last_hour", "planned"] == 3
    assert found[("loa_calls_waiting",)] == 0


def test_what_runs_out_is_told_and_what_never_was(world, sign_in):
    found = figures(sign_in("duyet"))
    assert found[("loa_backup_timestamp_seconds",)] == 0
    assert found[("loa_doctor_timestamp_seconds",)] == 0
    assert ("loa_doctor_findings",) not in found
    assert found[("loa_home_free_bytes",)] > 0
    note_look(world.settings.home, DoctorLook(world.now(), 3))
    found = figures(sign_in("duyet"))
    assert found[("loa_doctor_findings",)] == 3
    assert found[("loa_doctor_timestamp_seconds",)] == world.now().timestamp()


def test_a_refused_request_is_counted_by_what_was_tried(client, sign_in):
    before = figures(sign_in("duyet")).get(("loa_refusals_total", "sign-in"), 0)
    client.post("/dang-nhap", data={"ten": "ai-do", "mat_khau": "sai hoàn toàn"})
    sign_in("duyet").get("/")
    after = figures(sign_in("duyet"))
    assert after["loa_refusals_total", "sign-in"] == before + 1
    assert after["loa_http_request_seconds_count", "2xx"] > 0
