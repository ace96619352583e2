"""`loa migrate`: the next release's steps run while the release before goes on writing."""

import threading

import pytest
from sqlalchemy import insert, text

from controller.errors import Busy, Conflict
from controller.model.areas import Area
from controller.parts.migrate import migrate
from controller.store import Store, migrating
from controller.store.revisions import Schema, newest_revision
from controller.store.station_lease import Lease
from tests.support.next_release import EXPANDING, use_steps
from tests.support.postgres import migrated

pytestmark = pytest.mark.usefixtures("migrations_run")
INDEX = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_areas_kind_name')")
CONTRACTING = 'serves_from = "9001"\n\ndef upgrade() -> None:\n    op.drop_table("rate_hits")\n'


@pytest.fixture
def url(postgres):
    return postgres.create(migrated(postgres))


@pytest.fixture
def store(url):
    made = Store(url, wait_seconds=2.0)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _settings(url, monkeypatch, tmp_path):
    for name, value in {
        "LOA_DATABASE_URL": url,
        "LOA_HOME": str(tmp_path / "home"),
        "LOA_BROKER_URL": "mqtt://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def leading(store, tmp_path):
    """A station of the release before leads."""
    lease = Lease(store.url, tmp_path, store.session_name)
    lease.take()
    yield lease
    lease.release()


def test_a_release_that_leads_goes_on_writing_after_the_next_one_has_migrated(
    store, leading, tmp_path, monkeypatch
):
    use_steps(tmp_path, monkeypatch, {"9001": EXPANDING})
    said = list(migrate())
    assert said[0].startswith("Xong bước 9001")
    guarded = store.guarded(leading.guard)
    with guarded.write() as session:
        session.execute(insert(Area).values(code="56", name="Tỉnh", kind="Tỉnh"))
    with store.read() as session:
        assert session.scalar(text("SELECT motto FROM areas")) == ""
        assert session.scalar(text("SELECT serves_from FROM schema_state")) < "9001"
        assert session.scalar(INDEX) is True
    assert list(migrate()) == ["Cơ sở dữ liệu đã hợp với bản này, không phải làm gì."]


def test_the_release_before_uses_the_schema_of_the_next_one(store, tmp_path, monkeypatch):
    with monkeypatch.context() as next_release:
        use_steps(tmp_path, next_release, {"9001": EXPANDING})
        list(migrate())
        assert store.schema() is Schema.CURRENT
    assert store.schema() is Schema.NEWER
    assert newest_revision() < "9001"
    store.upgrade()
    assert store.is_upgraded()


def test_a_step_that_the_leading_release_does_not_survive_is_refused_while_it_leads(
    store, leading, tmp_path, monkeypatch
):
    use_steps(tmp_path, monkeypatch, {"9001": EXPANDING, "9002": CONTRACTING})
    with pytest.raises(Conflict) as refused:
        list(migrate())
    assert refused.value.code == "migrate.too-far"
    assert store.schema() is Schema.OLD
    leading.release()
    list(migrate())
    assert store.schema() is Schema.CURRENT


def test_after_a_step_that_breaks_it_the_release_before_refuses_the_database(store, tmp_path, monkeypatch):
    with monkeypatch.context() as next_release:
        use_steps(tmp_path, next_release, {"9001": EXPANDING, "9002": CONTRACTING})
        list(migrate())
    assert store.schema() is Schema.TOO_NEW


def test_a_step_waits_for_a_table_in_use_without_holding_others_up_for_long(store, tmp_path, monkeypatch):
    use_steps(
        tmp_path, monkeypatch, {"9001": EXPANDING.replace("built_beside = (", "built_beside = () and (")}
    )
    monkeypatch.setattr(migrating, "_BESIDE_WAIT_S", 1)
    monkeypatch.setattr(migrating, "_PAUSE_S", 0.1)
    read, done = threading.Event(), threading.Event()

    def hold():
        with store.read() as session:
            session.scalar(text("SELECT count(*) FROM areas"))
            read.set()
            done.wait(60)

    reader = threading.Thread(target=hold)
    reader.start()
    read.wait(30)
    monkeypatch.setattr(migrating, "_TRIES", 2)
    with pytest.raises(Busy) as refused:
        list(store.upgrade_beside())
    assert refused.value.code == "migrate.busy"
    done.set()
    reader.join(30)
    assert list(store.upgrade_beside()) == ["9001"]


def test_an_index_that_an_interrupted_run_left_unfinished_is_built_anew(store, tmp_path, monkeypatch):
    with store.write() as session:
        session.execute(text("CREATE INDEX ix_areas_kind_name ON areas (kind, name)"))
        session.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_areas_kind_name'::regclass")
        )
    use_steps(tmp_path, monkeypatch, {"9001": EXPANDING})
    list(migrate())
    with store.read() as session:
        assert session.scalar(INDEX) is True
