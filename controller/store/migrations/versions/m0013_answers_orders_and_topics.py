"""What communes answer, which of two airings goes first in one, and topics of bulletins."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"

_FIRST_TOPICS = (
    ("phap-luat", "Pháp luật"),
    ("y-te", "Y tế, sức khỏe"),
    ("an-ninh-trat-tu", "An ninh, trật tự"),
    ("thien-tai", "Phòng, chống thiên tai"),
    ("nong-nghiep", "Nông nghiệp, nông thôn"),
    ("giao-duc", "Giáo dục"),
    ("van-hoa", "Văn hóa, xã hội"),
    ("khac", "Việc khác"),
)


def upgrade() -> None:
    _answers()
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("follows", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_airings_follows_airings"), "airings", ["follows"], ["id"])
    _topics()
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("topic", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_bulletins_topic_topics"), "topics", ["topic"], ["code"])


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("airing", sa.String(64), sa.ForeignKey("airings.id")),
        sa.Column("schedule", sa.String(64), sa.ForeignKey("schedules.id")),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(airing IS NULL) <> (schedule IS NULL)", name=op.f("ck_answers_of_one_thing")),
        sa.UniqueConstraint("airing", "area"),
        sa.UniqueConstraint("schedule", "area"),
    )


def _topics() -> None:
    topics = op.create_table(
        "topics",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    rows = [{"code": code, "name": name, "place": place} for place, (code, name) in enumerate(_FIRST_TOPICS)]
    op.bulk_insert(topics, rows)
