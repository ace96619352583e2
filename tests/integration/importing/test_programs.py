"""Scans and old Word files, opened by tesseract and LibreOffice themselves."""

import shutil
import subprocess
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from controller.errors import BadInput
from controller.features.imports import programs
from controller.features.imports.drafting import import_text
from controller.features.imports.file_kinds import FileKind
from controller.features.imports.programs import text_of_old_word, text_of_picture
from tests.integration.importing.test_files import BODY, word
from tests.support.nightly import amount
from tests.support.old_letters import vni
from tests.support.parts import missing
from tests.support.scans import scan

pytestmark = pytest.mark.slow  # real programs

HEAD = "ỦY BAN NHÂN DÂN\nPHƯỜNG BẮC NHA TRANG\nSố: 12/TB-UBND\n\nTHÔNG BÁO\nVề việc tiêm phòng dại"
LETTER = (
    f"{HEAD}\n\nĐề nghị bà con đưa chó, mèo đến trụ sở ủy ban nhân dân\n"
    "phường trước 17 giờ ngày 30/11/2026 để tiêm phòng. Lệ phí\nmỗi con là 30.000 đồng."
)
SAID = (
    "Đề nghị bà con đưa chó, mèo đến trụ sở ủy ban nhân dân phường trước 17 giờ ngày 30/11/2026 "
    "để tiêm phòng. Lệ phí mỗi con là 30.000 đồng."
)
office = pytest.mark.nightly  # LibreOffice is 84 MB: deploy/install-test-parts.sh installs it by night alone


@pytest.mark.parametrize(
    ("form", "kind", "noise"),
    # noise takes tesseract five times as long in a PDF; the picture shows that it is read through
    [("JPEG", FileKind.PICTURE, 5.0), ("PDF", FileKind.PDF, amount(0.0, 5.0))],
)
def test_a_scan_gives_its_text_and_its_legal_act(form, kind, noise):
    found = import_text(scan(LETTER, form=form, noise=noise))
    assert found.kind is kind
    assert SAID in found.text
    assert found.reference.number == "12/TB-UBND"
    assert len(found.doubtful) < len(SAID.split()) / 4


def test_a_picture_is_turned_as_the_camera_was_held():
    turned = Image.open(BytesIO(scan(LETTER))).rotate(90, expand=True)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # held upright, stored lying: turn it by 90 degrees to the right
    packed = BytesIO()
    turned.save(packed, "JPEG", exif=exif)
    assert "Đề nghị bà con đưa chó, mèo" in " ".join(text_of_picture(packed.getvalue()).lines)


@pytest.mark.parametrize("half", [lambda: b"\x89PNG\r\n\x1a\n", lambda: scan("")[:5000]], ids=["head", "cut"])
def test_a_broken_picture_is_refused_in_words(half):
    with pytest.raises(BadInput) as refused:
        import_text(half())
    assert refused.value.code == "import.broken"


def test_words_of_a_bad_copy_are_named():
    found = text_of_picture(scan(LETTER, blur=0.22, noise=12))
    said = " ".join(found.lines).split()
    wrong = set(said) - set(LETTER.split())
    assert wrong & set(found.doubtful)
    assert set(found.doubtful) <= set(said)
    assert len(found.doubtful) < len(said) / 4


def test_a_picture_without_letters_is_refused_in_words():
    with pytest.raises(BadInput) as refused:
        import_text(scan("", noise=0))
    assert refused.value.code == "import.scanned"


def test_without_the_programs_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    programs.reads_pictures.cache_clear()
    try:
        for content, read in ((scan(""), text_of_picture), (b"{\\rtf1 a}", text_of_old_word)):
            with pytest.raises(BadInput) as refused:
                read(content)
            assert refused.value.code == "import.kind"
            assert "chưa cài" in refused.value.sentence
    finally:
        programs.reads_pictures.cache_clear()


def old(tmp_path, content, suffix):
    """The same letter as LibreOffice writes it in an older form."""
    (tmp_path / "a.docx").write_bytes(content)
    soffice = shutil.which("soffice") or missing("LibreOffice")
    program = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    asked = [*program, "--convert-to", suffix, "--outdir", str(tmp_path), str(tmp_path / "a.docx")]
    subprocess.run(asked, check=True, capture_output=True, timeout=90)
    return (tmp_path / f"a.{suffix}").read_bytes()


@office
@pytest.mark.parametrize("suffix", ["doc", "rtf"])
def test_an_old_word_file_gives_its_text(tmp_path, suffix):
    found = import_text(old(tmp_path, word("THÔNG BÁO", "Về việc tiêm phòng dại", BODY), suffix))
    assert found.kind is FileKind.OLD_WORD
    assert found.text == BODY
    assert found.reference.number == "12/TB-UBND"


@office
def test_an_old_font_in_an_old_file_is_mended(tmp_path):
    content = word(vni(BODY).decode("latin-1"), letterhead=False)
    found = import_text(old(tmp_path, content, "doc"))
    assert (found.text, found.encoding) == (BODY, "VNI")


@office
def test_bytes_that_are_no_word_file_are_not_taken_for_a_text():
    with pytest.raises(BadInput) as refused:
        import_text(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"rubbish " * 1000)
    assert refused.value.code == "import.broken"
