"""Bulletin files and the spans that a person types."""

from datetime import timedelta
from pathlib import Path

import pytest

from controller.errors import BadInput
from controller.features.airings.air_command import span_of
from controller.features.imports.bulletin_files import NO_TITLE, draft_of, sample, written_in
from tts.errors import BadEncoding


def test_a_first_line_before_an_empty_one_is_the_title():
    assert draft_of("Thông báo\n\nNội dung.\nDòng hai.").title == "Thông báo"
    assert draft_of("Thông báo\n\nNội dung.\nDòng hai.").text == "Nội dung.\nDòng hai."


def test_without_an_empty_second_line_all_is_text():
    written = "Một dòng.\nHai dòng."
    assert draft_of(written).title == NO_TITLE
    assert draft_of(written).text == written


def test_a_long_first_line_is_text():
    written = "Rất dài. " * 40 + "\n\nĐoạn hai."
    assert draft_of(written).title == NO_TITLE
    assert draft_of(written).text == written


def test_a_missing_file_is_told_by_its_name(tmp_path: Path):
    with pytest.raises(BadInput, match=r"khong-co\.txt"):
        written_in(tmp_path / "khong-co.txt")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path):
    path = tmp_path / "bad.txt"
    path.write_bytes("Thông báo".encode("utf-16"))
    with pytest.raises(BadEncoding):
        written_in(path)


def test_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="Không đọc được"):
        written_in(tmp_path)


@pytest.mark.parametrize("name", ["decision-1322", "storm-warning", "short"])
def test_each_sample_has_a_title_and_a_text(name: str):
    draft = sample(name)
    assert draft.title != NO_TITLE
    assert len(draft.text) > 20


@pytest.mark.parametrize(
    ("text", "seconds"), [("20s", 20), ("5m", 300), ("2h", 7200), ("90", 90), (" 3 s", 3)]
)
def test_a_span_is_read(text: str, seconds: int):
    assert span_of(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "-5s", "5 phút", "1d", "s"])
def test_any_other_span_is_refused(text: str):
    with pytest.raises(BadInput):
        span_of(text)
