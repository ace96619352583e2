import json
import re
from importlib import metadata

import pytest

from tests.architecture.source import ROOT, tracked_files

PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1]
    for line in PAGE.splitlines()
    if line.startswith("| ") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
}
INSTALLED = re.findall(
    r"^([a-z0-9.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
)
VENDORED = json.loads((ROOT / "controller/http/static/vendor/vendor.json").read_text(encoding="utf-8"))
COPYLEFT = re.compile(r"GPL|MPL|EPL|CDDL|EUPL|OSL")


def declared(package):
    """The licence that a library declares; None where it declares none or is not installed here."""
    try:
        return metadata.metadata(package).get("License-Expression")
    except metadata.PackageNotFoundError:
        return None


def test_every_installed_library_has_its_licence_on_the_page():
    wrong = {
        package: (ROWS.get(package), declared(package))
        for package in set(INSTALLED)
        if not ROWS.get(package) or declared(package) not in {None, ROWS[package]}
    }
    assert wrong == {}


@pytest.mark.parametrize("file", VENDORED, ids=lambda file: file["file"])
def test_every_vendored_file_has_its_licence_on_the_page_and_beside_it(file):
    assert file["licence"] in ROWS[file["package"]]
    assert (ROOT / file["file"]).is_file()
    name = file["package"].lstrip("@").replace("/", "-")
    assert f"LICENSE-{name}.txt" in {path.name for path in tracked_files()}


def test_copyleft_is_marked_and_nothing_else():
    marked = {
        line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ") and "⚠" in line
    }
    assert marked == {package for package, licence in ROWS.items() if COPYLEFT.search(licence)}


def test_the_page_names_no_library_that_is_gone():
    gone = set(ROWS) - set(INSTALLED) - {file["package"] for file in VENDORED}
    assert gone == {"package", "vietnamadminunits"}


def test_the_list_of_communes_carries_the_notice_of_its_makers():
    notices = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "controller/features/area_changes").iterdir()
        if path.suffix in {".txt", ".md"} or path.name in {"NOTICE", "LICENSE"}
    ]
    assert any("vietnamadminunits" in text and "Permission is hereby granted" in text for text in notices)


def test_the_licence_is_the_apache_licence():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
