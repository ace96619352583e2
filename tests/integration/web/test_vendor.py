import json
import subprocess
import sys
from pathlib import Path

from controller.http import assets

ROOT = Path(__file__).parents[3]


def test_the_outside_files_are_those_that_were_vendored():
    ran = subprocess.run(
        [sys.executable, "frontend/vendor.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_every_outside_file_names_its_licence():
    named = json.loads((assets.STATIC / "vendor" / "vendor.json").read_text(encoding="utf-8"))
    assert {entry["licence"] for entry in named} <= {"MIT", "BSD-0-Clause", "OFL-1.1", "MPL-2.0"}
    assert all(entry["version"] for entry in named)


def test_no_lock_file_names_an_address():
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock


def test_every_icon_that_a_page_draws_is_in_the_sprite():
    sprite = (assets.STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")
    listed = (ROOT / "frontend" / "icons.txt").read_text(encoding="utf-8").split()
    assert all(f'id="{name}"' in sprite for name in listed)
    used = "".join(
        path.read_text(encoding="utf-8")
        for path in [*assets.STATIC.parents[1].rglob("*.html"), *assets.STATIC.parents[1].rglob("*.py")]
    )
    unused = [name for name in listed if f"'{name}'" not in used and f'"{name}"' not in used]
    assert unused == []
