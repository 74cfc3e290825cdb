"""Migrations run against the settings' database, or the one that a caller hands over."""

from alembic import context
from sqlmodel import SQLModel

from core.settings import Settings
from core.storage import tables  # noqa: F401  (fills the metadata)
from core.storage.database import open_engine

url = context.config.attributes.get("url") or Settings().database
engine = open_engine(url)
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,  # SQLite changes a table by copying it
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    engine.dispose()
