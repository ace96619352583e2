"""Which stores a station's settings mean, and with which keys."""

import pytest

from controller.errors import StartFailed
from controller.features.bulletins.queries import rendering_of
from controller.features.doctor.service import wrong_facts
from controller.features.withdrawals.service import withdraw_bulletin
from controller.host.sound_stores import folder_at, recordings_of, uploads_of
from controller.settings import Settings
from controller.trial import demo
from controller.trial.bench_ground import bench_settings


def test_by_default_both_are_folders_of_the_home(tmp_path):
    settings = Settings(home=tmp_path)
    recording = recordings_of(settings).put(b"sound")
    assert (tmp_path / "recordings" / recording[:2] / f"{recording}.mp3").read_bytes() == b"sound"
    assert folder_at(settings.uploads_place) == tmp_path / "uploads"
    assert uploads_of(settings).path(recording).parent == tmp_path / "uploads"


def test_a_bucket_without_keys_is_refused_and_so_is_a_file_of_keys_that_others_can_read(
    tmp_path, monkeypatch
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    keys = tmp_path / "s3.env"
    settings = Settings(home=tmp_path, recordings="s3://loa-sounds/x")
    with_file = settings.model_copy(update={"s3_credentials": keys})

    def refusal(settings):
        with pytest.raises(StartFailed) as refused:
            recordings_of(settings)
        return refused.value.code

    assert refusal(settings) == "s3.credentials"
    assert refusal(with_file) == "s3.file"
    keys.write_text("AWS_ACCESS_KEY_ID=k\nexport AWS_SECRET_ACCESS_KEY='s'\n")
    keys.chmod(0o640)
    assert refusal(with_file) == "s3.credentials-open"
    keys.chmod(0o600)
    assert recordings_of(with_file).is_up
    keys.write_text("AWS_ACCESS_KEY_ID=k\n")
    assert refusal(with_file) == "s3.credentials"
    wrong = with_file.model_copy(update={"recordings": "s3://user:secret@bucket"})
    keys.write_text("AWS_ACCESS_KEY_ID=k\nAWS_SECRET_ACCESS_KEY=s\n")
    assert refusal(wrong) == "s3.address"


def test_the_doctor_names_what_is_still_to_be_aired_and_is_not_kept(world, tmp_path, monkeypatch):
    bulletin = world.approved()
    recording = world.ask(rendering_of, bulletin, 1).recording
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOA_DATABASE_URL", str(world.store.url))
    (tmp_path / "home").mkdir(mode=0o700)
    monkeypatch.setattr("controller.features.doctor.service.utc_now", lambda: world.now)
    assert wrong_facts() == [f"Bản ghi {recording} còn cần để phát nhưng không có trong kho."]
    kept = recordings_of(Settings()).path(recording)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"sound")
    assert wrong_facts() == []
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    kept.unlink()
    world.later(days=1)
    assert wrong_facts() == []


def test_a_station_that_is_thrown_away_writes_into_no_store_of_the_real_one(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_RECORDINGS", "s3://real/recordings")
    monkeypatch.setenv("LOA_UPLOADS", "s3://real/uploads")
    once = demo.DemoOptions(
        once=True,
        as_json=False,
        nodes=1,
        text_file=None,
        record=None,
        broker="embedded",
        database="sqlite",
        fail="",
        speed=1.0,
        engine=None,
    )
    for settings in (
        bench_settings(tmp_path, {"broker": "embedded"}),
        demo._settings(once, tmp_path, {"broker": "embedded"}),
    ):
        assert settings.recordings_place == str(tmp_path / "recordings")
        assert settings.uploads_place == str(tmp_path / "uploads")
