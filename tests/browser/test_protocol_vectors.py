"""A second implementation, in JavaScript, written from docs/protocol.md, gives the answers of the vectors."""

import json
from pathlib import Path

import pytest

from tests.support import protocol_vectors

READER = Path(__file__).with_name("page_reader.js")


@pytest.fixture(scope="module")
def reader(browser):
    """The page of one worker: what it answers rests on the case alone."""
    page = browser.new_page()
    page.route("https://loa.example/", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto("https://loa.example/")  # Web Crypto is there on pages with a name and TLS only
    page.add_script_tag(path=READER)
    yield page
    page.close()


def answers(reader, name):
    vectors = json.loads((protocol_vectors.FOLDER / name).read_text("utf-8"))
    return vectors, reader.evaluate(f"vectors => window.reader['{name}'](vectors)", vectors)


@pytest.mark.parametrize(
    "name",
    [
        "signatures.json",
        "passkeys.json",
        "approvals.json",
        "authors.json",
        "calls.json",
        "administrators.json",
        "sounds.json",
        "renditions.json",
        "roots.json",
        "documents.json",
    ],
)
def test_it_answers_each_case_as_the_file_says(reader, name):
    vectors, found = answers(reader, name)
    assert len(found) == len(vectors["cases"])
    wrong = [
        (case, answer)
        for case, answer in zip(vectors["cases"], found, strict=True)
        if case["answer"] != answer
    ]
    assert not wrong


def test_it_signs_and_chains_receipts_judges_them_and_obeys_answers_as_the_file_says(reader):
    vectors, found = answers(reader, "receipts.json")
    assert found["chain"] == vectors["chain"]
    assert found["deleted"] == [one["deleted"] for one in vectors["answers"]]
    judged = zip(vectors["cases"], found["judged"], strict=True)
    assert not [(case["name"], answer) for case, answer in judged if answer != case["answer"]]


def test_it_cuts_recordings_and_asks_for_chunks_as_the_file_says(reader):
    vectors, found = answers(reader, "chunks.json")
    assert found["cases"] == [one["answer"] for one in vectors["cases"]]
    assert found["recording"] == vectors["manifest"]["recording"]
    assert found["bitmaps"] == [one["missing"] for one in vectors["bitmaps"]]


def test_it_knows_the_time_from_exchanges_as_the_file_says(reader):
    vectors, found = answers(reader, "clocks.json")
    told = [(case["name"], asked) for case in vectors["cases"] for asked in case["asked"]]
    for (name, asked), answer in zip(told, [one for case in found for one in case], strict=True):
        assert (answer["trust"], answer["source"]) == (asked["trust"], asked["source"]), name
        if asked["error_us"] is None:
            assert answer["error_us"] is None, name
            continue
        near_us = 100 + asked["error_us"] / 100
        assert abs(answer["error_us"] - asked["error_us"]) <= near_us, name
        assert abs(answer["offset_us"] - asked["offset_us"]) <= near_us, name
