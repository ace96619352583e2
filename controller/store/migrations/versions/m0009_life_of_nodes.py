"""Enrolment by code, hardware that is replaced, quarantine; where nodes stood; areas that change."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_session", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("quarantine_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("loudest", sa.Integer(), server_default="100", nullable=False))
    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
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


def downgrade() -> None:
    for table in ("area_history", "node_stays", "hardware", "enrolments"):
        op.drop_table(table)
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_deliveries_area_areas"), type_="foreignkey")
        batch_op.drop_column("area")
    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.drop_column("ended_at")
    with op.batch_alter_table("nodes", schema=None) as batch_op:
        for column in ("loudest", "quarantine_reason", "quarantined_at", "first_session"):
            batch_op.drop_column(column)


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_enrolments_area_areas")),
        sa.ForeignKeyConstraint(["made_by"], ["operators.id"], name=op.f("fk_enrolments_made_by_operators")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolments_code_hash")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolments_node"), ["node"], unique=False)


def _hardware() -> None:
    op.create_table(
        "hardware",
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("software", sa.String(length=100), nullable=False),
        sa.Column("broker_hash", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["node"], ["nodes.id"], name=op.f("fk_hardware_node_nodes")),
        sa.PrimaryKeyConstraint("node", "number", name=op.f("pk_hardware")),
    )


def _node_stays() -> None:
    op.create_table(
        "node_stays",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_node_stays_area_areas")),
        sa.ForeignKeyConstraint(["node"], ["nodes.id"], name=op.f("fk_node_stays_node_nodes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_stays")),
    )
    with op.batch_alter_table("node_stays", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_node_stays_area"), ["area"], unique=False)
        batch_op.create_index(batch_op.f("ix_node_stays_node"), ["node"], unique=False)


def _area_history() -> None:
    op.create_table(
        "area_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["areas.code"], name=op.f("fk_area_history_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_history")),
    )
    with op.batch_alter_table("area_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_history_code"), ["code"], unique=False)
