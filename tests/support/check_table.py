"""The table of docs/conformance.md, made from the checks; run as a module, it writes the table anew."""

from pathlib import Path

from controller.trial.conform.run import GROUPS

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEAD = "| check | subject | the node |"


def table():
    """Return the lines of the table."""
    rows = [f"| {check.id} | {group.name} | {check.says} |" for group in GROUPS for check in group.checks]
    return [HEAD, "|---|---|---|", *rows]


def page_with_table(text):
    """Return the page's text with the table as the checks give it."""
    before, _, after = text.partition(HEAD)
    rest = after.lstrip("\n").splitlines()
    tail = [line for line in rest if line and not line.startswith("|")]
    return before + "\n".join([*table(), *tail]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text("utf-8")), encoding="utf-8")
