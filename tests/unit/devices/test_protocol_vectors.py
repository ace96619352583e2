"""The files of vectors say what the code says."""

from pathlib import Path

import pytest

from tests.support.protocol_vectors import FOLDER, VECTORS, written


@pytest.mark.parametrize("name", VECTORS)
def test_a_file_of_vectors_is_what_the_code_gives_now(name):
    assert (FOLDER / name).read_text("utf-8") == written(name), "python -m tests.support.protocol_vectors"


def test_every_file_of_vectors_has_its_maker():
    assert {path.name for path in FOLDER.iterdir()} == set(VECTORS)


def test_a_reader_of_the_page_is_a_small_program():
    reader = Path(__file__).parents[2] / "browser" / "page_reader.js"
    assert reader.read_text("utf-8").count("\n") <= 800
