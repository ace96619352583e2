import re

import pytest

from tests.architecture.source import ROOT, tracked_files

# written so that this file does not find itself
REGISTRIES = re.compile(
    rb"py[p]i\.org|python[h]osted\.org|registry\.np[m]js|np[m]js\.(com|org)|deb\.[d]ebian\.org"
    rb"|files\.[p]ythonhosted|proxy\.gol[a]ng",
)
# its slash first: what begins with a literal is found fast
MACHINE_PATHS = re.compile(rb"/(?<![\w.$}-]/)(wor[k]|roo[t]|hom[e]|User[s])/\w")
UNFINISHED = re.compile(rb"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")
VENDORED = ("vendor/", "/vendor/")


def offenders(pattern, files):
    found = {path: pattern.search(content) for path, content in files.items()}
    return {path.relative_to(ROOT).as_posix(): match[0].decode() for path, match in found.items() if match}


@pytest.fixture(scope="module")
def files():
    found = {path: path.read_bytes() for path in tracked_files()}
    assert len(found) > 50
    return found


def test_no_file_names_a_package_registry(files):
    assert offenders(REGISTRIES, files) == {}


def test_no_file_names_a_place_of_one_machine(files):
    assert offenders(MACHINE_PATHS, files) == {}


def test_nothing_is_marked_as_unfinished(files):
    ours = {
        path: content
        for path, content in files.items()
        if path.suffix in {".py", ".html", ".sh", ".css"}
        and not any(part in path.as_posix() for part in VENDORED)
    }
    assert offenders(UNFINISHED, ours) == {}


def test_every_script_of_deploy_says_what_it_does_and_can_be_run(files):
    scripts = [path for path in files if path.parent == ROOT / "deploy" and path.suffix == ".sh"]
    assert scripts
    for path in scripts:
        first, second = path.read_text(encoding="utf-8").splitlines()[:2]
        assert first.startswith("#!/bin/")
        assert second.startswith("# ")
        assert path.stat().st_mode & 0o111, path
