"""Alembic's entry; it works on the connection, and in the transaction, that ``opening`` hands it."""

from __future__ import annotations

from alembic import context

from voice_trainer.store.schema import VERSION_TABLE
from voice_trainer.store.session_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # so that a step that fails leaves nothing behind, on SQLite too
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
