"""The contracts of imports in pyproject.toml may be broken in fewer places than before, never in more."""

import tomllib

import pytest

from tests.architecture.source import ROOT

CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
MOST_IGNORED = {
    "Two programs on three libraries that do not know each other": 2,  # ids are for all
    "The layers of the controller": 0,
    "Features import only features below them": 0,
    "Schemas import no operation, read or page": 0,
    "Pages, JSON and commands know no database": 0,
    "Pure modules reach nothing that acts": 0,
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_more_imports_are_ignored_than_before(name):
    assert len(CONTRACTS[name].get("ignore_imports", [])) <= MOST_IGNORED[name]
