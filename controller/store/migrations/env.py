"""Alembic's entry: runs the steps on the connection that the store gives, inside its transaction."""

from alembic import context

from controller.model.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
