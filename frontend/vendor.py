"""Copy the page's outside files out of node_modules, with licences and digests; see frontend/README.md.

`npm ci && python vendor.py` refreshes (needs node and a network); `python vendor.py --check` holds the
committed files against vendor.json (needs neither).
"""
# ruff: noqa: INP001 - a script beside package.json, not a package

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
PAGE = HERE.parent / "controller" / "http" / "static" / "vendor"
TESTS = HERE.parent / "tests" / "browser" / "vendor"
INDEX = PAGE / "vendor.json"
LOCK = HERE / "package-lock.json"

FONT_WEIGHTS = (400, 600)
FONT_SUBSETS = ("vietnamese", "latin-ext", "latin")
FONT = "@fontsource/be-vietnam-pro"
ICONS = (HERE / "icons.txt").read_text(encoding="utf-8").split()

# package -> its files: (source inside the package, name among our vendored files)
FILES: dict[str, list[tuple[str, str]]] = {
    "htmx.org": [("dist/htmx.min.js", "htmx.min.js"), ("dist/ext/hx-sse.min.js", "hx-sse.min.js")],
    FONT: [
        (f"files/be-vietnam-pro-{subset}-{weight}-normal.woff2", f"fonts/{subset}-{weight}.woff2")
        for weight in FONT_WEIGHTS
        for subset in FONT_SUBSETS
    ],
}
# Of 635 kB a page uses 75: a telephone loads what is used, and computes no styles of what is not.
TABLER, TABLER_USED = "dist/css/tabler.min.css", "tabler.used.css"
LEFT_OUT = HERE / "left-out.txt"
# Tabler's own licence file is not in its package: the text is MIT, the holder is named in the style sheet.
TABLER_LICENCE = "LICENSE-tabler-core.txt"


def package(name: str) -> dict[str, Any]:
    """Return the package's own description."""
    found: dict[str, Any] = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
    return found


def without_map(content: bytes) -> bytes:
    """Drop the reference to a source map that we do not ship."""
    content = re.sub(rb"/\*# sourceMappingURL=\S+ \*/\s*$", b"", content)
    return re.sub(rb"//# sourceMappingURL=\S+\s*$", b"", content)


def used_of(sheet: Path) -> bytes:
    """Return a style sheet with only the rules that our pages use; note the classes that are left out."""
    command = ["node", str(HERE / "trim.mjs"), str(sheet), str(LEFT_OUT)]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - files of ours


def font_css() -> str:
    """Return the font faces of our weights and subsets, woff2 alone."""
    faces: list[str] = []
    for weight in FONT_WEIGHTS:
        css = (MODULES / FONT / f"{weight}.css").read_text(encoding="utf-8")
        css = re.sub(
            rf"url\(\./files/be-vietnam-pro-(\S+?)-{weight}-normal\.woff2\) format\('woff2'\), "
            r"url\(\S+ format\('woff'\)",
            rf"url(fonts/\1-{weight}.woff2) format('woff2')",
            css,
        )
        faces.append(css.strip())
    return "\n".join(faces) + "\n"


def sprite() -> str:
    """Return one SVG file with a symbol for each icon that the pages use."""
    symbols: list[str] = []
    for name in ICONS:
        path = MODULES / "@tabler/icons/icons/outline" / f"{name}.svg"
        if not path.exists():
            sys.exit(f"no such icon: {name}")
        inside = re.sub(
            r"<svg[^>]*>|</svg>|<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        lines = [line.strip() for line in inside.strip().splitlines() if 'stroke="none"' not in line]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(lines)}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def forget_addresses() -> None:
    """Drop from the lock file where its packages ask for money; .npmrc keeps out where they come from."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    for told in lock["packages"].values():
        told.pop("funding", None)
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def copy() -> None:
    """Write every vendored file, and vendor.json that names package, version, licence and digest."""
    entries: list[dict[str, str]] = []

    def keep(folder: Path, name: str, content: bytes, source: str) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        about = package(source)
        entries.append(
            {
                "file": str(target.relative_to(HERE.parent)),
                "package": source,
                "version": about["version"],
                "licence": about["license"],
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )

    for name, files in FILES.items():
        for source, target in files:
            keep(PAGE, target, without_map((MODULES / name / source).read_bytes()), name)
    core = "@tabler/core"
    keep(PAGE, TABLER_USED, without_map(used_of(MODULES / core / TABLER)), core)
    keep(PAGE, "be-vietnam-pro.css", font_css().encode(), FONT)
    keep(PAGE, "icons.svg", sprite().encode(), "@tabler/icons")
    keep(TESTS, "axe.min.js", (MODULES / "axe-core/axe.min.js").read_bytes(), "axe-core")
    for name in ("htmx.org", "@tabler/icons", FONT):
        short = name.removeprefix("@").replace("/", "-")
        keep(PAGE, f"licences/LICENSE-{short}.txt", (MODULES / name / "LICENSE").read_bytes(), name)
    keep(TESTS, "LICENSE-axe-core.txt", (MODULES / "axe-core/LICENSE").read_bytes(), "axe-core")
    tabler = (MODULES / "@tabler/icons/LICENSE").read_text(encoding="utf-8")
    tabler = re.sub(
        r"Copyright.*", "Copyright (c) 2018-2026 The Tabler Authors, codecalm.net Paweł Kuna", tabler
    )
    keep(PAGE, f"licences/{TABLER_LICENCE}", tabler.encode(), "@tabler/core")
    entries.sort(key=lambda entry: entry["file"])
    INDEX.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def differences() -> list[str]:
    """Return what is missing, changed or not named in vendor.json; empty when all is as it was vendored."""
    entries = json.loads(INDEX.read_text(encoding="utf-8"))
    wrong: list[str] = []
    for entry in entries:
        path = HERE.parent / entry["file"]
        if not path.exists():
            wrong.append(f"missing: {entry['file']}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            wrong.append(f"changed: {entry['file']}")
    named = {entry["file"] for entry in entries}
    present = [path for path in (*PAGE.rglob("*"), *TESTS.rglob("*")) if path.is_file() and path != INDEX]
    strangers = sorted({str(path.relative_to(HERE.parent)) for path in present} - named)
    return wrong + [f"not named in vendor.json: {name}" for name in strangers]


def main() -> int:
    """Refresh, or with --check report differences; return the exit code."""
    if "--check" not in sys.argv[1:]:
        forget_addresses()
        copy()
    wrong = differences()
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "vendored files are as recorded\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
