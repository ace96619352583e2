"""An address that people read has nothing of what only its owner may know."""

import pytest

from controller.features.doctor.settings_words import settings_in_words
from controller.settings import Settings
from controller.store.url_redaction import redacted


@pytest.mark.parametrize(
    "case",
    [
        ("postgresql+psycopg://loa:secret@db:5432/loa", "postgresql+psycopg://db:5432/loa"),
        ("postgresql://loa:secret@db/loa?password=secret&sslpassword=secret", "postgresql://db/loa"),
        ("postgresql:///loa?user=loa&password=se@cret", "postgresql:///loa"),
        ("postgresql://loa:secret@/loa?host=a:5432&host=b:5432", "postgresql://a:5432,b:5432/loa"),
        ("postgresql://loa:se/cr?e#t@db/loa", "postgresql://db/loa"),  # SQLAlchemy takes it as it stands
        ("sqlite:////srv/loa/loa.sqlite", "sqlite:////srv/loa/loa.sqlite"),
    ],
)
def test_users_passwords_and_options_are_left_out(case):
    address, shown = case
    assert redacted(address) == shown


def test_no_password_of_an_address_is_shown(tmp_path):
    settings = Settings(
        home=tmp_path,
        database_url="postgresql+psycopg://loa:bi-mat@db.example/loa?password=bi-mat",
        broker_url="mqtt://station:bi-mat@broker.example:1883",
    )
    told = str(settings_in_words(settings))
    assert "bi-mat" not in told
    assert "broker.example:1883" in told
    pair = "postgresql+psycopg:///loa?host=db1:5432&host=db2:5432&user=loa&password=bi-mat"
    told = str(settings_in_words(settings.model_copy(update={"database_url": pair})))
    assert "bi-mat" not in told
    assert "postgresql+psycopg://db1:5432,db2:5432/loa" in told
