"""The contracts of imports in pyproject.toml hold everywhere: none of them ignores an import."""

import tomllib

from tests.architecture.source import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]


def test_no_contract_ignores_an_import():
    assert CONTRACTS
    assert [one["name"] for one in CONTRACTS if one.get("ignore_imports")] == []
