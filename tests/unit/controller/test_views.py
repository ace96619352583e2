"""What a program gets takes its fields from a row, and from nothing else by accident."""

from dataclasses import dataclass

import pytest
from pydantic import AliasPath, Field, ValidationError

from controller.http.schemas import View


@dataclass(frozen=True)
class _Reach:
    nodes: int


@dataclass(frozen=True)
class _Row:
    name: str
    added_by: str
    reach: _Reach


class _Part(View):
    nodes: int


class _Shown(View):
    name: str
    added_by: str
    reach: _Part
    nodes: int = Field(validation_alias=AliasPath("reach", "nodes"))


class _Whole(_Shown):
    items: list[_Part]


_ROW = _Row("Nha Trang", "7f3a", _Reach(12))


def test_fields_of_the_same_names_and_of_what_lies_within_are_taken():
    shown = _Shown.of(_ROW)
    assert shown.model_dump() == {
        "name": "Nha Trang",
        "added_by": "7f3a",
        "reach": {"nodes": 12},
        "nodes": 12,
    }


def test_what_is_said_beside_the_row_is_taken_instead_of_its_own():
    assert _Shown.of(_ROW, added_by="Lê Thị Mai").added_by == "Lê Thị Mai"


def test_a_view_is_made_of_a_smaller_one():
    whole = _Whole.of(_ROW, items=[_Reach(3), _Reach(4)])
    assert [item.nodes for item in whole.items] == [3, 4]


def test_what_neither_the_row_nor_the_call_has_is_missing():
    with pytest.raises(ValidationError, match="items"):
        _Whole.of(_ROW)
