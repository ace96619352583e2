"""The steps of a release that is not written yet: those of this one, and some more."""

import shutil
import subprocess
from pathlib import Path

from controller.store import migrating, revisions

_HEAD = '"""A step of a test."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
EXPANDING = """
built_beside = (("ix_areas_kind_name", "areas", ("kind", "name")),)

def upgrade() -> None:
    op.add_column("areas", sa.Column("motto", sa.Text(), server_default="", nullable=False))
    op.create_table("mottoes", sa.Column("id", sa.Integer(), primary_key=True))
    for name, table, columns in built_beside:
        op.create_index(name, table, list(columns), if_not_exists=True)
"""


def add_steps(folder, steps: dict[str, str]) -> None:
    """Write steps, by their revision, behind those of a folder of migrations."""
    before = max(file.name[1:5] for file in (folder / "versions").glob("m????_*.py"))
    for revision, content in steps.items():
        names = f'revision = "{revision}"\ndown_revision = "{before}"\n'
        (folder / "versions" / f"m{revision}_next.py").write_text(_HEAD + names + content)
        before = revision


def use_steps(tmp_path, monkeypatch, steps: dict[str, str]) -> None:
    """Let this process be the next release, as far as migrations go."""
    folder = tmp_path / "migrations"
    shutil.copytree(revisions.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    add_steps(folder, steps)
    monkeypatch.setattr(revisions, "MIGRATIONS", folder)
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)


def make_next_release(folder: Path, steps: dict[str, str]) -> Path:
    """Write this release's code with more steps into a folder, and return it."""
    root = Path(__file__).parents[2]
    listed = subprocess.run(
        ["git", "ls-files", "controller", "schedules", "tts", "devices", "simulator"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for name in listed.stdout.splitlines():
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)
    add_steps(folder / "controller/store/migrations", steps)
    return folder
