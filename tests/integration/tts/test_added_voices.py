"""Voices by file and by address: a real model, real files, a real server on the loopback, real workers."""

import json
import shutil

import numpy as np
import pytest

from controller.errors import BadInput, NotFound
from controller.features.voices.service import add_voice, added_voices, known_voices, remove_voice
from controller.host.file_fetch import NotFetched
from tests.support.added_voice import CONFIG, MODEL, SHA256
from tests.support.file_server import FileServer
from tests.support.parts import missing
from tts.codec import decode_mp3
from tts.engines import engines_with
from tts.errors import BadVoice
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A station's folder of the test's own."""
    if shutil.which("espeak-ng") is None:
        missing("espeak-ng")
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture(scope="module")
def server():
    files = {"/joe.onnx": MODEL.read_bytes(), "/joe.onnx.json": CONFIG.read_bytes()}
    with FileServer(files) as running:
        yield running


@pytest.fixture(scope="module")
def fetched_joe(tmp_path_factory, server):
    """A station's folder with one voice, its record and figures: to try one out takes five seconds."""
    folder = tmp_path_factory.mktemp("joe") / "var"
    with pytest.MonkeyPatch.context() as here:
        here.setenv("LOA_HOME", str(folder))
        record, figures = add_voice(server.address("/joe.onnx"), None, None, None)
    return folder, record, figures


@pytest.fixture
def joe(home, fetched_joe):
    """The folder of a voice that is there."""
    return shutil.copytree(fetched_joe[0], home) / "voices" / "joe"


def nothing_is_left(home):
    return added_voices() == [] and not list((home / "voices").glob("*"))


@pytest.mark.nightly
def test_a_voice_is_added_by_file(home):
    """By day one is fetched, and a file with a fault refused: to try one out takes most of the time."""
    record, figures = add_voice(str(MODEL), None, SHA256.upper(), "Joe")
    is_measured(figures)
    assert (record.name, record.sha256, record.size) == ("joe", SHA256, MODEL.stat().st_size)
    assert [voice["name"] for voice in added_voices()] == ["joe"]
    remove_voice("joe")
    assert nothing_is_left(home)


def is_measured(figures):
    assert 0 < figures.cpu_seconds_per_second < 20
    assert 1 < figures.syllables_per_second < 10
    assert figures.longest_silence_seconds < 1


@pytest.mark.usefixtures("joe")
def test_an_added_voice_speaks_through_a_worker_and_is_removed(home, tmp_path):
    recordings = RecordingStore(tmp_path / "recordings")
    engines = engines_with(home / "voices")
    studio = Studio(tmp_path / "cache", recordings, workers=1, engines=engines, warm_engine=None)
    studio.start()
    try:
        rendered = studio.render(RenderOrder("", "Mời họp.", engine="piper", voice="joe", framed=False))
    finally:
        studio.stop()
    samples, rate = decode_mp3(recordings.read(rendered.recording))
    assert (rendered.engine, rendered.fallback_reason) == ("piper", None)
    assert len(samples) / rate > 0.5
    assert np.abs(samples).max() > 0.2
    remove_voice("joe")
    assert nothing_is_left(home)


@pytest.mark.usefixtures("joe")
def test_a_voice_is_added_by_address_with_the_settings_beside_it(server, fetched_joe):
    _, record, figures = fetched_joe
    is_measured(figures)
    assert (record.name, record.sha256, record.size) == ("joe", SHA256, MODEL.stat().st_size)
    assert [voice["name"] for voice in added_voices()] == ["joe"]
    assert record.source == server.address("/joe.onnx")
    asked = [one for one in server.asked if one.startswith("/joe.")]
    assert asked[:2] == ["/joe.onnx", "/joe.onnx.json"]
    assert known_voices("piper") == [
        {"engine": "piper", "name": "joe", "title": "Giọng thêm joe (English)", "works": True, "note": None}
    ]


def test_another_digest_than_the_one_given_is_refused(home):
    with pytest.raises(BadVoice, match=SHA256):
        add_voice(str(MODEL), None, "0" * 64, None)
    assert nothing_is_left(home)


@pytest.mark.parametrize("given", ["", "abc", "g" * 64])
def test_what_is_no_digest_is_refused(given):
    with pytest.raises(BadInput, match="64"):
        add_voice(str(MODEL), None, given, None)


@pytest.mark.usefixtures("joe")
def test_a_name_that_is_taken_is_refused_and_the_voice_stays():
    with pytest.raises(BadVoice, match="Đã có giọng"):
        add_voice(str(MODEL), None, None, "joe")
    assert [voice["name"] for voice in added_voices()] == ["joe"]


@pytest.mark.parametrize("name", ["../joe", "a/b", "giọng", ".", "x.part", "-x"])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(BadVoice, match="Tên giọng"):
        add_voice(str(MODEL), None, None, name)


def broken_model(content):
    return content[: len(content) // 2]


def another_model(_content):
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )
    return helper.make_model(graph).SerializeToString()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda _: b"", "ONNX"),
        (lambda _: "Đây không phải giọng đọc.".encode() * 1000, "ONNX"),
        (broken_model, "ONNX"),
        (another_model, "Piper"),
    ],
)
def test_a_file_that_is_no_voice_is_refused_with_a_sentence_and_leaves_nothing(
    home, tmp_path, spoil, sentence
):
    (tmp_path / "x.onnx").write_bytes(spoil(MODEL.read_bytes()))
    with pytest.raises(BadVoice, match=sentence):
        add_voice(str(tmp_path / "x.onnx"), str(CONFIG), None, None)
    assert nothing_is_left(home)


@pytest.mark.parametrize(
    "change",
    [
        {"phoneme_id_map": {}},
        {"phoneme_type": "pinyin"},
        {"audio": {"sample_rate": 1}},
        {"espeak": {"voice": "../../../etc/passwd"}},
        {"num_speakers": "nhiều"},
    ],
)
def test_settings_that_no_voice_has_are_refused(home, tmp_path, change):
    told = json.loads(CONFIG.read_text("utf-8")) | change
    (tmp_path / "x.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(BadVoice):
        add_voice(str(MODEL), str(tmp_path / "x.json"), None, None)
    assert nothing_is_left(home)


def test_settings_whose_sounds_are_lacking_are_found_out_by_the_first_words(home, tmp_path):
    told = json.loads(CONFIG.read_text("utf-8"))
    told["phoneme_id_map"] = {k: v for k, v in told["phoneme_id_map"].items() if k in "_^$ ."}
    (tmp_path / "x.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(BadVoice, match="đọc thử"):
        add_voice(str(MODEL), str(tmp_path / "x.json"), None, None)
    assert nothing_is_left(home)


def test_a_file_that_is_not_there_is_named(home, tmp_path):
    for source in (tmp_path / "x.onnx", tmp_path):
        with pytest.raises(BadInput, match="Không tìm thấy"):
            add_voice(str(source), None, None, "x")
    assert nothing_is_left(home)


def test_a_voice_is_fetched_encrypted_or_from_this_machine_only(home, server):
    with pytest.raises(BadInput, match="https"):
        add_voice("http://192.0.2.1/joe.onnx", None, None, None)
    with pytest.raises(BadInput, match="https"):
        add_voice("ftp://127.0.0.1/joe.onnx", None, None, None)
    server.turns["/away.onnx"] = "http://192.0.2.1/joe.onnx"
    with pytest.raises(BadInput, match="https"):
        add_voice(server.address("/away.onnx"), None, None, None)
    assert nothing_is_left(home)


def test_a_server_that_lacks_the_file_breaks_off_or_goes_in_circles_is_told(home, server, free_port):
    server.turns["/round.onnx"] = "/round.onnx"
    server.files["/half.onnx"] = b"x" * 100_000
    server.broken.add("/half.onnx")
    for address in (
        server.address("/none.onnx"),
        server.address("/round.onnx"),
        server.address("/half.onnx"),
        f"http://127.0.0.1:{free_port}/joe.onnx",
    ):
        with pytest.raises(NotFetched):
            add_voice(address, None, None, None)
    assert nothing_is_left(home)


def test_a_file_that_is_too_large_is_not_taken(home, server, tmp_path):
    server.files["/huge.json"] = b" " * 2_000_000
    (tmp_path / "huge.json").write_bytes(b" " * 2_000_000)
    for config in (server.address("/huge.json"), str(tmp_path / "huge.json")):
        with pytest.raises(BadInput, match="1 MB"):
            add_voice(str(MODEL), config, None, None)
    assert nothing_is_left(home)


def test_removing_what_is_not_there_is_told():
    for name in ("joe", "..", ""):
        with pytest.raises(NotFound):
            remove_voice(name)


def test_a_voice_whose_files_were_changed_speaks_no_more(joe):
    with (joe / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"changed")
    (shown,) = known_voices("piper")
    assert not shown["works"]
    assert "SHA-256" in shown["note"]


def test_every_engine_is_listed_and_an_unknown_one_refused():
    assert {voice["engine"] for voice in known_voices("espeak") + known_voices("gtts")} == {"espeak", "gtts"}
    assert known_voices("piper") == []
    with pytest.raises(BadInput, match="piper"):
        known_voices("nobody")
