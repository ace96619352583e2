"""What communes answer, which of two airings goes first in one, and topics of bulletins."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"
branch_labels = None
depends_on = None

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


def downgrade() -> None:
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_bulletins_topic_topics"), type_="foreignkey")
        batch_op.drop_column("topic")
    op.drop_table("topics")
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_airings_follows_airings"), type_="foreignkey")
        batch_op.drop_column("follows")
    op.drop_table("answers")


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("airing", sa.String(length=64), nullable=True),
        sa.Column("schedule", sa.String(length=64), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(airing IS NULL) <> (schedule IS NULL)", name=op.f("ck_answers_of_one_thing")),
        *(
            sa.ForeignKeyConstraint(
                [column], [there], name=op.f(f"fk_answers_{column}_{there.split('.')[0]}")
            )
            for column, there in (
                ("area", "areas.code"),
                ("airing", "airings.id"),
                ("schedule", "schedules.id"),
                ("by", "operators.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("airing", "area", name=op.f("uq_answers_airing_area")),
        sa.UniqueConstraint("schedule", "area", name=op.f("uq_answers_schedule_area")),
    )


def _topics() -> None:
    topics = op.create_table(
        "topics",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_topics")),
    )
    rows = [{"code": code, "name": name, "place": place} for place, (code, name) in enumerate(_FIRST_TOPICS)]
    op.bulk_insert(topics, rows)
