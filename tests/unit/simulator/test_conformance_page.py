"""docs/protocol.md names each check beside its rule; docs/conformance.md lists them all."""

import re
from pathlib import Path

from controller.trial.conform.run import checks
from tests.support import check_table

PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"


def test_the_protocol_names_every_check_and_none_that_is_gone():
    text = PROTOCOL.read_text("utf-8").partition("## Conformance")
    named = set(re.findall(r"`([A-Z]{3}-\d\d)`", text[0] + text[2].partition("## Test vectors")[2]))
    assert named == set(checks())


def test_the_table_of_checks_is_the_one_in_the_code():
    text = check_table.PAGE.read_text("utf-8")
    assert check_table.page_with_table(text) == text, "python -m tests.support.check_table"
