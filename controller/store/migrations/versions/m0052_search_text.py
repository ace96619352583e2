"""What search compares: the words of bulletins, acts, loudspeakers and people without accents.

An index on bulletin and start finds the newest airings of a bulletin; it replaces that on the bulletin.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

_SEARCHED = {
    "bulletins": ("id", "title"),
    "legal_references": ("bulletin", "kind", "number", "issuer"),
    "nodes": ("id", "name", "id"),
    "operators": ("id", "display_name", "name"),
}
"""The key of each table, and the columns that are searched."""


def upgrade() -> None:
    for table, (key, *names) in _SEARCHED.items():
        op.add_column(table, sa.Column("search_text", sa.Text(), server_default="", nullable=False))
        _fill(table, key, names)
    op.create_index("ix_airings_bulletin_starts_at", "airings", ["bulletin", "starts_at"])
    op.drop_index("ix_airings_bulletin", "airings")


def _fill(table: str, key: str, names: list[str]) -> None:
    rows = sa.table(table, *(sa.column(name) for name in {key, "search_text", *names}))
    connection = op.get_bind()
    told = connection.execute(sa.select(rows.c[key], *(rows.c[name].label(f"of_{name}") for name in names)))
    filled = [{"which": row[0], "words": _words(row[1:])} for row in told]
    if filled:
        change = sa.update(rows).where(rows.c[key] == sa.bindparam("which"))
        connection.execute(change.values(search_text=sa.bindparam("words")), filled)


def _words(parts: tuple[str | None, ...]) -> str:
    said = unicodedata.normalize("NFD", " ".join(part or "" for part in parts).lower()).replace("đ", "d")
    letters = "".join(letter for letter in said if not unicodedata.combining(letter))
    return "".join(f" {word}" for word in re.findall(r"[^\W_]+", letters))
