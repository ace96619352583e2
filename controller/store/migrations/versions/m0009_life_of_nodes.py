"""Enrolment by code, hardware that is replaced, quarantine; where nodes stood; areas that change."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("first_session", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("nodes", sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("nodes", sa.Column("quarantine_reason", sa.Text(), nullable=True))
    op.add_column("nodes", sa.Column("loudest", sa.Integer(), server_default="100", nullable=False))
    op.add_column("areas", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(op.f("fk_deliveries_area_areas"), "areas", ["area"], ["code"])
    # until now no node ever moved: where it stands is where it stood
    op.execute("UPDATE deliveries SET area = (SELECT area FROM nodes WHERE nodes.id = deliveries.node)")
    _enrolments()
    _hardware()
    _node_stays()
    _area_history()
    op.execute(
        "INSERT INTO node_stays (node, since, area, until)"
        " SELECT id, enrolled_at, area, retired_at FROM nodes"
    )


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("node", sa.String(64), nullable=False, index=True),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("made_by", sa.String(64), sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("public", sa.String(64)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )


def _hardware() -> None:
    op.create_table(
        "hardware",
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("software", sa.String(100), nullable=False),
        sa.Column("broker_hash", sa.String(200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )


def _node_stays() -> None:
    op.create_table(
        "node_stays",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("node", sa.String(64), sa.ForeignKey("nodes.id"), nullable=False, index=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("area", sa.String(64), sa.ForeignKey("areas.code"), nullable=False, index=True),
        sa.Column("until", sa.DateTime(timezone=True)),
    )


def _area_history() -> None:
    op.create_table(
        "area_history",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("code", sa.String(64), sa.ForeignKey("areas.code"), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("parent", sa.String(64)),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
    )
