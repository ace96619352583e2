"""The commands as a person types them: sentences, exit codes, and nothing left half done."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from controller.cli import app
from controller.features.bulletins.queries import rendering_of
from controller.features.imports.bulletin_files import TitledText
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from tests.support.added_voice import MODEL, SHA256
from tests.support.brought_sounds import packed, speech_like
from tests.support.nightly import amount
from tests.support.parts import missing
from tests.support.running_station import PROVINCE, found_home, playing, running
from tests.support.waiting import wait_until
from tts.samples import __name__ as samples

SAMPLES = Path(__import__(samples, fromlist=["x"]).__file__).parent
LOA = Path(sys.executable).with_name("loa")


def loa(*arguments: str, stdin: bytes = b"", home: Path | None = None, timeout: float = 110, **more: str):
    """Run the program; return what it did, with its words decoded."""
    env = {**os.environ, **more} | ({} if home is None else {"LOA_HOME": str(home)})
    done = subprocess.run(
        [str(LOA), *arguments], input=stdin, capture_output=True, timeout=timeout, env=env, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def typed(*arguments: str, stdin: bytes = b"", home: Path | None = None, **more: str):
    """Do what the program does with these arguments, without the start of another Python."""
    env = {**more} | ({} if home is None else {"LOA_HOME": str(home)})
    done = CliRunner().invoke(app, list(arguments), input=stdin, env=env)
    return done.exit_code, done.stdout, done.stderr


def test_read_gives_a_line_for_a_line():
    code, out, _ = loa("read", stdin="Số 12/QĐ-UBND\n\nNgày 22/5/2025\n".encode())
    assert code == 0
    assert len(out.splitlines()) == 3
    assert "ngày hai mươi hai tháng năm năm hai nghìn không trăm hai mươi lăm" in out.lower()


def test_read_reads_a_text_as_a_whole_as_a_bulletin_is():
    text = "Ban vận động quỹ vì người nghèo (BVĐQVNN) họp.\nMời BVĐQVNN.\n"
    _, out, _ = typed("read", stdin=text.encode())
    assert out.splitlines()[1] == "Mời ban vận động quỹ vì người nghèo."


def test_read_tells_a_program_which_rule_spoke_what():
    code, out, _ = typed("read", "--json", stdin="Họp ngày 22/5/2025 với XQZ.\n".encode())
    assert code == 0
    told = json.loads(out)
    for span in told["spans"]:
        assert told["written"][span["start"] : span["end"]] == span["written"]
    date = next(span for span in told["spans"] if span["rule"] == "date")
    assert date["sure"]
    assert date["spoken"] in told["spoken"]
    assert [warning["code"] for warning in told["warnings"]] == ["unknown-capitals"]


def test_read_explains_to_a_person_and_names_the_line_of_a_doubt():
    code, out, _ = typed("read", "--explain", stdin="Thông báo\nGọi 113, gặp XQZ\n".encode())
    assert code == 0
    assert out.splitlines()[:3] == [
        "  dòng 2: 113 → một một ba  [số điện thoại]",
        "? dòng 2: XQZ → ích quy dét  [đánh vần hoặc đoán]",
        "2 chỗ đọc khác chữ viết, 1 chỗ cần nghe lại (dấu ?).",
    ]
    assert "Dòng 2: Không rõ chữ viết tắt" in out


def test_read_says_numbers_as_a_region_does():
    code, out, _ = typed("read", "--region", "south", stdin="1.005 hộ".encode())
    assert (code, out) == (0, "một ngàn không trăm lẻ năm hộ\n")


def test_read_gives_one_form_at_a_time():
    code, out, err = typed("read", "--json", "--explain", stdin=b"1")
    assert (code, out) == (2, "")
    assert "--explain" in err


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b"", "trống"),
        (b"  \n\t ", "trống"),
        ("Thông báo".encode("utf-16"), "UTF-8"),
        (b"Th\xf4ng b\xe1o", "UTF-8"),
    ],
)
def test_read_refuses_what_is_no_text(written, sentence):
    code, out, err = typed("read", stdin=written)
    assert (code, out) == (2, "")
    assert sentence in err


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "trống"),
        ("   \n ", "trống"),
        ("a" * 200_000, "100.000 ký tự"),
        ("Bà con \x07 chú ý", "ký tự"),
        ("<b>Thông báo</b> <script>x</script>", "HTML"),
    ],
)
def test_speak_refuses_a_text_that_cannot_be_read_out_and_writes_nothing(tmp_path, written, sentence):
    out = tmp_path / "out.wav"
    path = tmp_path / "text.txt"
    path.write_text(written, "utf-8")
    code, _, err = typed("speak", "--text-file", str(path), "--out", str(out), home=tmp_path / "var")
    assert code == 2
    assert sentence in err
    assert not out.exists()


def test_speak_wants_exactly_one_text(tmp_path):
    code, _, err = typed("speak", "--out", str(tmp_path / "x.wav"))
    assert code == 2
    assert "--text" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("demo", "--once", "--text-file", "khong-co.txt"), "khong-co.txt"),
        (("speak", "--text-file", "khong-co.txt", "--out", "x.wav"), "khong-co.txt"),
        (("air", "--text-file", "khong-co.txt", "--area", "56"), "khong-co.txt"),
        (("speak", "--text", "Xin chào.", "--out", "x.flac"), "x.flac"),
        (("speak", "--text", "Xin chào.", "--out", "x.wav", "--repeat", "4"), "từ 1 đến 3 lần"),
        (("demo", "--nodes", "0"), "nodes"),
        (("demo", "--broker", "khac"), "broker"),
        (("khong-co-lenh",), "khong-co-lenh"),
    ],
)
def test_what_the_caller_did_wrong_is_named_and_ends_with_2(tmp_path, arguments, sentence):
    code, _, err = typed(*arguments, home=tmp_path)
    assert code == 2, err
    assert sentence in err


def test_a_wrong_setting_is_named_and_ends_with_2(tmp_path):
    code, _, err = typed("up", home=tmp_path, LOA_PORT="cổng")
    assert code == 2
    assert "LOA_PORT" in err


def test_air_without_a_station_fails_with_1(tmp_path, free_port):
    code, _, err = typed(
        "air", "--text-file", str(SAMPLES / "short.txt"), "--area", "56",
        "--station", f"http://127.0.0.1:{free_port}",
        home=tmp_path, LOA_AUTHOR_PASSWORD="x" * 12, LOA_APPROVER_PASSWORD="x" * 12,
    )  # fmt: skip
    assert code == 1
    assert "loa up" in err


def test_doctor_without_a_station_fails_with_1(tmp_path):
    code, _, err = typed("doctor", home=tmp_path)
    assert code == 1
    assert "loa up" in err


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """The home of a station that was founded and is not running."""
    home = tmp_path_factory.mktemp("founded") / "var"
    found_home(Settings(home=home))
    return home


@pytest.mark.slow
def test_a_word_is_taught_tried_listed_and_removed_by_name(founded):
    said = "phổ biến giáo dục pháp luật"
    assert typed("lexicon", "list", home=founded)[1] == "Chưa có từ nào.\n"
    code, out, err = typed("lexicon", "add", "PBXX", said, "--as", "duyet", home=founded)
    assert code == 0, err
    assert said in out
    code, out, _ = typed("lexicon", "test", "Công tác PBXX năm 2026.", home=founded)
    assert code == 0
    assert out.splitlines()[0].startswith(f"Công tác {said} năm hai nghìn")
    assert f"«PBXX → {said}»" in out.splitlines()[1]
    told = json.loads(typed("lexicon", "test", "Công tác PBXX.", "--json", home=founded)[1])
    assert told["province"] == [{"written": "PBXX", "spoken": said, "start": 9, "end": 13}]
    (entry,) = json.loads(typed("lexicon", "list", "--json", home=founded)[1])["entries"]
    assert (entry["written"], entry["added_by"], entry["removed_at"]) == ("PBXX", "duyet", None)
    assert typed("lexicon", "remove", "PBXX", "--as", "kythuat", home=founded)[0] == 0
    assert json.loads(typed("lexicon", "list", "--json", home=founded)[1])["entries"] == []
    (old,) = json.loads(typed("lexicon", "list", "--all", "--json", home=founded)[1])["entries"]
    assert old["removed_by"] == "kythuat"
    assert typed("doctor", home=founded)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "PBXX", "một hai", "--as", "canbo"), "cán bộ duyệt"),
        (("add", "PBXX", "một hai", "--as", "ma"), "«ma»"),
        (("add", "PBXX", "abc xyz", "--as", "duyet"), "«abc»"),
        (("add", "PBXX", "một hai"), "--as"),
        (("remove", "ABXX", "--as", "duyet"), "ABXX"),
        (("add", "PBXX", "một hai", "--as", "duyet", "--area", "99999"), "99999"),
    ],
)
def test_a_word_that_cannot_be_taught_or_removed_is_told(founded, arguments, sentence):
    code, _, err = typed("lexicon", *arguments, home=founded)
    assert code == 2
    assert sentence in err


@pytest.mark.slow
def test_a_template_is_added_listed_and_removed_by_title(founded, tmp_path):
    written = tmp_path / "cho.txt"
    written.write_text("Chợ phiên họp ngày [ngày].", encoding="utf-8")
    code, out, err = typed("template", "add", "Chợ  phiên", str(written), "--as", "duyet", home=founded)
    assert (code, out) == (0, "Đã thêm mẫu «Chợ phiên».\n"), err
    first, *built_in = json.loads(typed("template", "list", "--json", home=founded)[1])["templates"]
    assert (first["title"], first["places"], first["added_by"]) == ("Chợ phiên", ["[ngày]"], "duyet")
    assert {one["area"] for one in built_in} == {None}
    assert typed("template", "list", home=founded)[1].startswith(f"Chợ phiên\t{first['area']}\tduyet ")
    code, _, err = typed("template", "remove", "Chợ phiên", "--as", "canbo", home=founded)
    assert code == 2
    assert "cán bộ duyệt" in err
    assert typed("template", "remove", "Chợ phiên", "--as", "duyet", home=founded)[0] == 0
    code, _, err = typed("template", "remove", "Chợ phiên", "--as", "duyet", home=founded)
    assert code == 2
    assert "template.unknown" in err


@pytest.mark.slow
def test_a_chime_is_chosen_listed_and_removed(founded, tmp_path):
    sound = tmp_path / "nhac.wav"
    sound.write_bytes(packed(speech_like(3)))
    assert "nhạc hiệu có sẵn" in typed("chime", "list", home=founded)[1]
    code, out, err = typed("chime", "choose", "opening", str(sound), "--as", "duyet", home=founded)
    assert (code, out) == (0, "Đã đặt nhạc hiệu dài 3,0 giây. Bản đã thu vẫn như cũ.\n"), err
    (shown,) = json.loads(typed("chime", "list", "--json", home=founded)[1])["chimes"]
    assert (shown["place"], shown["added_by"]) == ("opening", "duyet")
    assert shown["sha256"] == hashlib.sha256(sound.read_bytes()).hexdigest()
    for arguments, said in (
        (("choose", "opening", str(sound), "--as", "canbo"), "nhạc hiệu của địa bàn"),
        (("choose", "closing", str(tmp_path / "khong-co.mp3"), "--as", "duyet"), "Không tìm thấy tệp"),
        (("remove", "closing", "--as", "duyet"), "chime.unknown"),
    ):
        code, _, err = typed("chime", *arguments, home=founded)
        assert code == 2
        assert said in err
    assert typed("chime", "remove", "opening", "--as", "duyet", home=founded)[0] == 0
    assert json.loads(typed("chime", "list", "--json", home=founded)[1])["chimes"] == []


def test_words_need_a_station(tmp_path):
    code, _, err = typed("lexicon", "list", home=tmp_path)
    assert code == 1
    assert "loa up" in err


@pytest.mark.slow
def test_a_voice_is_added_listed_and_removed(tmp_path):
    if shutil.which("espeak-ng") is None:
        missing("espeak-ng")
    code, out, err = typed("voice", "add", str(MODEL), "--sha256", SHA256, "--name", "joe", home=tmp_path)
    assert code == 0, err
    assert SHA256 in out
    (voice,) = json.loads(typed("voice", "list", "--json", home=tmp_path)[1])["voices"]
    assert (voice["name"], voice["sha256"]) == ("joe", SHA256)
    code, out, _ = typed("speak", "--list-voices", "--engine", "piper", home=tmp_path)
    assert (code, out.split("\t")[:2]) == (0, ["piper", "joe"])
    assert typed("voice", "remove", "joe", home=tmp_path)[0] == 0
    assert typed("voice", "remove", "joe", home=tmp_path)[0] == 2
    assert "loa voice add" in typed("speak", "--list-voices", "--engine", "piper", home=tmp_path)[1]
    code, _, err = typed("voice", "add", str(MODEL), "--sha256", "0" * 64, home=tmp_path)
    assert (code, SHA256 in err) == (2, True)


@pytest.mark.slow
def test_every_voice_is_listed_with_whether_it_works(tmp_path):
    code, out, _ = typed("speak", "--list-voices", "--json", home=tmp_path)
    voices = json.loads(out)["voices"]
    assert code == 0
    assert {voice["engine"] for voice in voices} == {"loa", "gtts", "espeak"}
    assert all(voice["works"] for voice in voices if voice["engine"] == "loa")
    asked = ("speak", "--list-voices", "--engine", "espeak", "--json")
    (silent,) = json.loads(typed(*asked, home=tmp_path, PATH="")[1])["voices"]
    assert not silent["works"]
    assert "espeak-ng" in silent["note"]


@pytest.mark.slow
def test_a_word_taught_beside_a_running_station_has_what_waits_spoken_again(tmp_path):
    home = tmp_path / "var"
    with running(home) as station:
        job = TrialRun(station, Stages(quiet=True))
        waiting = job.render(TitledText("Thông báo", "Mời bà con dự buổi PBXX."))
        approved = job.render(TitledText("Thông báo", "Công tác PBXX tháng này."))
        job.approve(approved)
        before = [_made(station, one).recording for one in (waiting, approved)]
        assert loa("lexicon", "add", "PBXX", "phổ biến", "--as", "duyet", home=home)[0] == 0
        assert wait_until(lambda: "phổ biến" in (_made(station, waiting).spoken_text or ""))
        after = [_made(station, one).recording for one in (waiting, approved)]
        assert after[0] not in {before[0], None}
        assert after[1] == before[1]
        job.approve(waiting)
    assert typed("doctor", home=home)[0] == 0


def _made(station, bulletin):
    with station.store.read() as session:
        return rendering_of(session, bulletin, 1)


@pytest.mark.parametrize("fail", ["mưa=5%", "offlin=5%", "--offline"])
def test_faults_that_cannot_be_read_are_refused_before_anything_is_started(tmp_path, monkeypatch, fail):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))  # a station would have its folder there
    code, _, err = typed("demo", "--once", f"--fail={fail}", home=tmp_path)
    assert code == 2
    assert fail.split("=")[0] in err


@pytest.mark.slow
@pytest.mark.parametrize("suffix", amount(["opus"], ["wav", "mp3", "opus"]))
def test_speak_writes_each_kind_of_file(tmp_path_factory, tmp_path, suffix):
    home = tmp_path_factory.getbasetemp() / "speak-home"  # the voice is prepared once for all three
    out = tmp_path / f"loa.{suffix}"
    engine = amount("espeak", "loa")  # the offline voice takes six seconds; tests/integration/tts hears it
    asked = ("--text", "Xin chào bà con.", "--engine", engine, "--out", str(out), "--json")
    code, printed, err = loa("speak", *asked, home=home)
    assert code == 0, err
    told = json.loads(printed)
    samples, rate = soundfile.read(out)
    assert abs(len(samples) / rate - told["seconds"]) < 0.2
    assert abs(samples).max() > 0.1
    assert told["engine"] == engine


@pytest.mark.slow
def test_air_takes_a_text_through_two_people_to_every_loudspeaker(tmp_path):
    home = tmp_path / "var"
    with running(home, serve_pages=True) as station, playing(station):
        asked = ("air", "--text-file", str(SAMPLES / "short.txt"), "--station", station.pages.address)
        code, _, err = loa(*asked, "--area", PROVINCE, "--in", "3s", "--follow", home=home)
        assert code == 0, err
        assert "4/4" in err
        code, _, err = typed(*asked, "--area", "99999", "--in", "3s", home=home)
        assert code == 2, err
        assert "99999" in err
        code, _, err = typed(*asked, "--area", PROVINCE, "--in", "hôm qua", home=home)
        assert code == 2
        public = station.key.public_x
    code, lines, _ = typed("journal", "export", home=home)
    assert code == 0
    file = tmp_path / "journal.jsonl"
    file.write_text(lines, "utf-8")
    assert typed("journal", "verify", str(file), "--public", public)[0] == 0
    file.write_text(lines.replace("bulletin.approved", "bulletin.returned"), "utf-8")
    assert typed("journal", "verify", str(file), "--public", public)[0] == 1
    assert typed("doctor", home=home)[0] == 0
