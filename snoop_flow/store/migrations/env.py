"""Alembic's environment: always on the connection, and so in the transaction, that the caller gives."""

from __future__ import annotations

from alembic import context

from snoop_flow.store.schema import metadata


def run() -> None:
    """Run the migrations."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
