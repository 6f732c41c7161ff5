"""Passwords, preferences and sessions of people; the log of events is found by name and time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and a table; nobody has a password yet, so nothing asks for one."""
    moment = sa.DateTime(timezone=True)
    op.add_column("user_account", sa.Column("password_hash", sa.Text(), server_default="", nullable=False))
    op.add_column("user_account", sa.Column("preferences", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("user_account", sa.Column("disabled_at", moment, nullable=True))
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index("ix_login_session_user_id", "login_session", ["user_id"], unique=False)
    op.create_index("ix_event_name_at", "event", ["name", "at"], unique=False)
